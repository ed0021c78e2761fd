import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAuditRepository } from '../src/store/audit-log.ts';
import type { Database } from '../src/store/database.ts';
import { createDeadLetterRepository } from '../src/store/dead-letter-repository.ts';
import { migrate } from '../src/store/migrate.ts';
import { createTaskStatusService, type TaskStatusService } from '../src/store/task-status-service.ts';
import { buildDeadLetter, buildEvent, uuidAt } from './build-event.ts';

const by = { actor: 'alice', role: 'operator', remote_address: '192.0.2.7' } as const;

/** Who did what by hand is told with what was done, and not without; run over PostgreSQL and over PGlite. */
export function auditConformance(kind: string, open: () => Promise<Database>): void {
  describe(`the audit log on ${kind}`, () => {
    let database: Database;
    let service: TaskStatusService;
    before(async () => {
      database = await open();
      await migrate(database);
      service = createTaskStatusService(database);
      await service.maintain();
    });
    after(() => database.close());

    const audit = () => createAuditRepository(database);
    const entriesOf = async (task_request_id: string) =>
      (await audit().list({ task_request_id }, { limit: 100, before: null })).map(
        ({ id: _, at, ...entry }) => {
          assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
          return entry;
        },
      );
    const submit = (id: string, rerun_of: string | null = null, event_id = uuidAt(Date.now())) =>
      service.submit({
        pending: {
          ...buildEvent({ status: 'PENDING', task_request_id: id, event_id }),
          task_name: 'tasks.test',
        },
        params: { password: 'not for the log' },
        rerun_of,
        attempts_max: 1,
        by,
      });

    it('has a submission and a second run with their tasks, and none that was refused', async () => {
      await submit('first');
      await submit('second', 'first');
      await assert.rejects(submit('first'), { code: 'task_exists' });
      const entry = (action: string, target: string, detail: object) => ({
        ...by,
        action,
        target,
        detail: { task_name: 'tasks.test', ...detail },
      });
      assert.deepEqual(await entriesOf('first'), [entry('submit', 'first', {})]);
      assert.deepEqual(await entriesOf('second'), [entry('rerun', 'second', { rerun_of: 'first' })]);
    });

    it('has what was replayed and what was discarded, each once, however often it was asked for', async () => {
      const payload = JSON.stringify({
        task_request_id: 'replayed',
        status: 'SUCCESS',
        timestamp: new Date().toISOString(),
        data: {},
        worker_container: 'w',
      });
      const deadLetters = [
        buildDeadLetter({ payload, task_request_id: 'replayed' }),
        buildDeadLetter({ payload: 'no event', task_request_id: 'replayed' }),
      ];
      await service.apply({ events: [], deadLetters });
      const ids = await createDeadLetterRepository(database).ids({ task_request_id: 'replayed' }, 0, 10);
      const { replayed, failed } = await service.replayDeadLetters(ids, by);
      assert.deepEqual([replayed.length, failed.length], [1, 1]);
      await service.replayDeadLetters(ids, by);
      await service.discardDeadLetters(ids, by);
      await service.discardDeadLetters(ids, by);
      assert.deepEqual(await entriesOf('replayed'), [
        { ...by, action: 'discard', target: String(failed[0]?.id), detail: {} },
        { ...by, action: 'replay', target: String(replayed[0]), detail: { status: 'SUCCESS' } },
      ]);
    });

    it('has nothing of what failed half-way', async () => {
      await database.script(
        `ALTER TABLE task_dispatches ADD CONSTRAINT refused CHECK (task_request_id <> 'half-way') NOT VALID`,
      );
      await assert.rejects(submit('half-way'));
      assert.deepEqual(await entriesOf('half-way'), []);
      await database.script('ALTER TABLE task_dispatches DROP CONSTRAINT refused');
    });

    it('is read newest first, by action, page by page, and forgotten with the retention', async () => {
      for (let i = 0; i < 5; i++) {
        await audit().write(by, { action: 'sign_in', target: null, task_request_id: null, detail: { i } });
      }
      const first = await audit().list({ action: 'sign_in' }, { limit: 3, before: null });
      const rest = await audit().list({ action: 'sign_in' }, { limit: 3, before: first.at(-1)?.id ?? 0 });
      assert.deepEqual(
        [...first, ...rest].map(({ detail }) => detail.i),
        [4, 3, 2, 1, 0],
      );
      await database.script(`UPDATE audit_log SET at = at - interval '100 days' WHERE action <> 'sign_in'`);
      assert.ok((await service.collect()) >= 4);
      const left = await audit().list({}, { limit: 100, before: null });
      assert.deepEqual([...new Set(left.map(({ action }) => action))], ['sign_in']);
    });
  });
}
