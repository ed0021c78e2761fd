import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Database } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { createTaskLogRepository } from '../src/store/task-log-repository.ts';
import { createTaskStatusService, type TaskStatusService } from '../src/store/task-status-service.ts';
import { buildDeadLetter, buildEvent, inBatch, uuidAt } from './build-event.ts';

const DAY_MS = 86_400_000;

/** How every database forgets what is older than the retention; run over PostgreSQL and over PGlite. */
export function retentionConformance(kind: string, open: () => Promise<Database>): void {
  describe(`retention on ${kind}`, () => {
    let database: Database;
    let service: TaskStatusService;

    before(async () => {
      database = await open();
      await migrate(database);
      service = createTaskStatusService(database);
      await service.maintain();
    });
    after(() => database.close());

    const run = (sql: string) => database.query<Record<string, unknown>>({ name: '', sql });
    const ids = async (sql: string) => (await run(sql)).map((row) => Object.values(row)[0]);

    it('drops the parts of the history that are older, and refuses a late copy of them', async () => {
      const longLived = createTaskStatusService(database, { retentionDays: 400, clock: Date.now });
      await longLived.maintain();
      const oldMs = Date.now() - 200 * DAY_MS;
      const old = buildEvent({
        status: 'SUCCESS',
        task_request_id: 'dropped',
        event_id: uuidAt(oldMs),
        event_time_us: oldMs * 1000,
      });
      const batch = { events: [inBatch(old)], deadLetters: [] };
      await longLived.apply(batch);
      const history = () => createTaskLogRepository(database).history('dropped', 10);
      assert.equal((await history()).length, 1);

      await service.maintain();
      assert.ok(service.earliestMs() > oldMs);
      assert.deepEqual(await history(), []);
      assert.deepEqual((await service.apply(batch)).outcomes, ['dead_lettered']);
      assert.deepEqual(await ids(`SELECT reason FROM dead_letters WHERE task_request_id = 'dropped'`), [
        'expired',
      ]);
    });

    it('forgets finished tasks, dead letters and workers that are older, and nothing else', async () => {
      const events = (['SUCCESS', 'FAILURE', 'RUNNING', 'CANCELLED'] as const).flatMap((status) =>
        ['old', 'young'].map((age) => buildEvent({ status, task_request_id: `${age} ${status}` })),
      );
      const deadLetters = ['old', 'young'].map((detail) => buildDeadLetter({ detail, reason: 'too_deep' }));
      await service.apply({ events: events.map(inBatch), deadLetters });
      await service.recordHeartbeats(['old', 'young'].map(heartbeatOf));
      await run(`UPDATE task_requests SET created_at = created_at - interval '100 days',
                   last_status_update = last_status_update - interval '100 days',
                   last_heard_at = last_heard_at - interval '100 days'
                 WHERE task_request_id LIKE 'old %'`);
      await run(
        `UPDATE dead_letters SET received_at = received_at - interval '100 days' WHERE detail = 'old'`,
      );

      assert.equal(await service.collect(), 5);
      assert.equal(await service.collect(), 0);
      assert.deepEqual(
        await ids(`SELECT task_request_id FROM task_requests WHERE task_request_id <> 'dropped' ORDER BY 1`),
        ['old RUNNING', 'young CANCELLED', 'young FAILURE', 'young RUNNING', 'young SUCCESS'],
      );
      assert.deepEqual(await ids(`SELECT detail FROM dead_letters WHERE reason = 'too_deep'`), ['young']);
      assert.deepEqual(await ids('SELECT worker_id FROM task_workers'), ['young']);
    });

    it('forgets publishers that were closed or fell silent, and none of which a worker speaks', async () => {
      const names = ['closed', 'silent', 'spoken of', 'young'];
      const events = names.map((publisher_id) =>
        inBatch(buildEvent({ status: 'RUNNING', task_request_id: publisher_id, publisher_id, sequence: 1 })),
      );
      await service.apply({ events, deadLetters: [] });
      const report = (publisher_id: string, closed: boolean) => ({ publisher_id, last_sequence: 1, closed });
      await service.recordHeartbeats([
        { ...heartbeatOf('young'), publishers: [report('closed', true), report('never heard of', true)] },
      ]);
      assert.deepEqual(await ids('SELECT publisher_id FROM task_publishers WHERE closed_at IS NOT NULL'), [
        'closed',
      ]);
      await run(`UPDATE task_publishers SET last_seen_at = last_seen_at - interval '100 days',
                   closed_at = closed_at - interval '100 days' WHERE publisher_id <> 'young'`);
      await service.recordHeartbeats([
        {
          ...heartbeatOf('young'),
          at_ms: Date.now() + 1,
          publishers: [report('spoken of', false), report('closed', true)],
        },
      ]);

      const old = await service.oldPublishers();
      assert.deepEqual(old, ['closed', 'silent']);
      // One comes back between the question and the answer.
      await service.apply({
        events: [
          inBatch(
            buildEvent({ status: 'SUCCESS', task_request_id: 'silent', publisher_id: 'silent', sequence: 2 }),
          ),
        ],
        deadLetters: [],
      });
      assert.equal(await service.forgetPublishers(old), 1);
      assert.deepEqual(await ids('SELECT publisher_id FROM task_publishers ORDER BY 1'), [
        'silent',
        'spoken of',
        'young',
      ]);
    });
  });
}

const heartbeatOf = (worker_id: string) => ({
  worker_id,
  worker_container: 'w',
  publisher_id: null,
  pid: 1,
  started_at: '2026-01-01T00:00:00.000000Z',
  at_ms: Date.now() - (worker_id === 'old' ? 100 * DAY_MS : 0),
  clock_skew_ms: 0,
  running: [],
  outbox_depth: 0,
  oldest_unacknowledged_ms: 0,
});
