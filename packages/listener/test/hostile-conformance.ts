import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventData, type TaskEvent } from '@taskwire/protocol';
import type { Database } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { createTaskLogRepository } from '../src/store/task-log-repository.ts';
import { createTaskRequestRepository } from '../src/store/task-request-repository.ts';
import { createTaskStatusService, type TaskStatusService } from '../src/store/task-status-service.ts';
import { buildDeadLetter, buildEvent, inBatch } from './build-event.ts';
import { wireEvent } from './wire-event.ts';

/** What must hold against those who break the rules; run over PostgreSQL and over PGlite. */
export function hostileConformance(kind: string, open: () => Promise<Database>): void {
  describe(`the store on ${kind}, against those who break the rules,`, () => {
    let database: Database;
    let service: TaskStatusService;
    let tasks = 0;

    before(async () => {
      database = await open();
      await migrate(database);
      service = createTaskStatusService(database);
      await service.maintain();
    });
    after(() => database.close());

    const newTask = () => `hostile-${++tasks}`;
    const apply = (...events: readonly TaskEvent[]) =>
      service.apply({ events: events.map(inBatch), deadLetters: [] });
    const seen = async (id: string) => ({
      row: await createTaskRequestRepository(database).get(id),
      history: await createTaskLogRepository(database).history(id, 100),
    });
    const letters = (reason: string) =>
      database.query<{ readonly id: number; readonly payload: string; readonly replayed: boolean }>(
        {
          name: '',
          sql: `SELECT id::integer AS id, payload, replayed_at IS NOT NULL AS replayed
                FROM dead_letters WHERE reason = $1 ORDER BY id`,
        },
        [reason],
      );

    const lies: Readonly<Record<string, (event: TaskEvent) => TaskEvent>> = {
      'a later attempt': (event) => ({ ...event, attempt: 2 }),
      'a greater task_name': (event) => ({ ...event, task_name: 'tasks.zzz' }),
      'another worker': (event) => ({ ...event, worker_container: 'worker-2' }),
      'other data': (event) => ({ ...event, data: eventData(event.status, { result: 2 }) }),
      'a source': (event) => ({ ...event, source: 'reconciler' }),
      'another time': (event) => ({ ...event, event_time_us: event.event_time_us - 1_000_000 }),
    };
    for (const [what, lie] of Object.entries(lies)) {
      for (const when of ['in the same batch', 'later'] as const) {
        it(`lets an event_id that is used again ${when} with ${what} change neither row nor history`, async () => {
          const task_request_id = newTask();
          const data = { result: 1 };
          const event = buildEvent({ status: 'SUCCESS', task_request_id, data });
          const other = buildEvent({ status: 'RUNNING', task_request_id });
          const before = (await letters('event_id_reused')).length;
          if (when === 'later') await apply(event);
          const batch = when === 'later' ? [lie(event), other] : [event, lie(event), other];
          const { outcomes } = await apply(...batch);

          assert.deepEqual(outcomes.slice(-2), ['id_reused', 'inserted']);
          const { row, history } = await seen(task_request_id);
          assert.deepEqual(
            [row?.status, row?.attempt, row?.task_name, row?.worker_source, row?.result],
            ['SUCCESS', 1, 'tasks.test', 'worker-1', 1],
          );
          assert.equal(history.length, 2);
          assert.equal((await letters('event_id_reused')).length, before + 1);
        });
      }
    }

    it('takes a copy for a copy whatever the order of its members, and however often it comes', async () => {
      const task_request_id = newTask();
      const data = { a: 1, b: [1.5, null, '任务'], c: { d: 1e21 } };
      const event = buildEvent({ status: 'RUNNING', task_request_id, data, progress: 0.25 });
      const reordered = { ...event, data: eventData('RUNNING', { c: { d: 1e21 }, b: data.b, a: 1 }) };
      assert.deepEqual((await apply(event, reordered)).outcomes, ['inserted', 'duplicate']);
      assert.deepEqual((await apply(reordered, event)).outcomes, ['duplicate', 'duplicate']);
      assert.equal((await seen(task_request_id)).history.length, 1);
    });

    it('does not call a dead letter replayed whose event_id belongs to another event', async () => {
      const task_request_id = newTask();
      const first = wireEvent({ status: 'RUNNING', task_request_id });
      const second = { ...first, status: 'SUCCESS' as const };
      const event = buildEvent({ status: 'RUNNING', task_request_id, event_id: first.event_id });
      await apply(event);
      const payload = JSON.stringify(second);
      await service.apply({
        events: [],
        deadLetters: [buildDeadLetter({ reason: 'event_id_reused', payload })],
      });
      const [letter] = (await letters('event_id_reused')).filter((each) => each.payload === payload);
      assert.ok(letter);

      await assert.rejects(service.replayDeadLetter(letter.id), { code: 'event_invalid' });
      const [after, ...more] = (await letters('event_id_reused')).filter((each) => each.payload === payload);
      assert.equal(after?.replayed, false);
      assert.deepEqual(more, []);
      assert.equal((await seen(task_request_id)).row?.status, 'RUNNING');
    });

    it('says of a dead letter that the database still refuses that it does, and that it can be replayed later', async () => {
      const task_request_id = newTask();
      await database.query({
        name: '',
        sql: `ALTER TABLE task_requests ADD CONSTRAINT refused CHECK (task_request_id <> '${task_request_id}')`,
      });
      const payload = JSON.stringify(wireEvent({ status: 'SUCCESS', task_request_id }));
      await service.apply({
        events: [],
        deadLetters: [buildDeadLetter({ reason: 'refused_by_database', payload })],
      });
      const [letter] = (await letters('refused_by_database')).filter((each) => each.payload === payload);
      assert.ok(letter);
      await assert.rejects(service.replayDeadLetter(letter.id), {
        code: 'event_invalid',
        message: /SQLSTATE 23514/,
      });
      await database.query({ name: '', sql: 'ALTER TABLE task_requests DROP CONSTRAINT refused' });
      assert.equal((await service.replayDeadLetter(letter.id)).replayed, true);
      assert.equal((await seen(task_request_id)).row?.status, 'SUCCESS');
    });

    it('does not call itself unavailable where the question is at fault: asking again would not mend it', async () => {
      await assert.rejects(createTaskRequestRepository(database).get('a\u0000b'), { code: '22021' });
    });

    it('forgets nothing because the clock of one process is years ahead, or behind', async () => {
      const task_request_id = newTask();
      await apply(buildEvent({ status: 'SUCCESS', task_request_id }));
      for (const years of [3, -3]) {
        const clock = () => Date.now() + years * 365 * 86_400_000;
        const wrong = createTaskStatusService(database, { clock });
        await wrong.maintain();
        await wrong.collect();
        assert.ok(wrong.earliestMs() < Date.now() - 80 * 86_400_000, 'what is new is not called expired');
        const { row, history } = await seen(task_request_id);
        assert.equal(row?.status, 'SUCCESS');
        assert.equal(history.length, 1);
      }
    });

    it('does not apply what had to be repaired to be kept: bytes that were no UTF-8', async () => {
      const task_request_id = newTask();
      const wire = wireEvent({ status: 'SUCCESS', task_request_id, data: { result: 'ca\ufffd' } });
      const payload = JSON.stringify(wire);
      await service.apply({ events: [], deadLetters: [buildDeadLetter({ reason: 'not_utf8', payload })] });
      const [letter] = (await letters('not_utf8')).filter((each) => each.payload === payload);
      assert.ok(letter);
      await assert.rejects(service.replayDeadLetter(letter.id), { code: 'event_invalid' });
      assert.equal((await seen(task_request_id)).row, null);
    });
  });
}
