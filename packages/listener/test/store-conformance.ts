import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TaskEvent } from '@taskwire/protocol';
import type { Database } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { createTaskLogRepository } from '../src/store/task-log-repository.ts';
import { createTaskRequestRepository } from '../src/store/task-request-repository.ts';
import { createTaskStatusService, type TaskStatusService } from '../src/store/task-status-service.ts';
import { createWorkerRepository } from '../src/store/worker-repository.ts';
import { buildDeadLetter, buildEvent, inBatch, uuidAt } from './build-event.ts';

/** What every database must do; run over PostgreSQL and over PGlite. */
export function storeConformance(kind: string, open: () => Promise<Database>): void {
  describe(`the store on ${kind}`, () => {
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

    const newTask = () => `task-${++tasks}`;
    const apply = (...events: readonly TaskEvent[]) =>
      service.apply({ events: events.map(inBatch), deadLetters: [] });
    const task = (id: string) => createTaskRequestRepository(database).get(id);
    const history = (id: string) => createTaskLogRepository(database).history(id, 1_000);
    const count = async (sql: string) => {
      const [row] = await database.query<{ count: number }>({
        name: '',
        sql: `SELECT count(*)::integer AS count FROM ${sql}`,
      });
      return row?.count;
    };

    it('migrates an empty database once, and then finds nothing to do', async () => {
      assert.deepEqual((await migrate(database)).applied, []);
    });

    it('writes an event to the history and the row in one batch', async () => {
      const id = newTask();
      const data = {
        result: { text: 'quotes " and \\ and {braces}, 任务 🚀', list: [1, null] },
        execution_time: 0.5,
      };
      const outcome = await apply(
        buildEvent({ status: 'RUNNING', task_request_id: id, event_time_us: 1_790_000_000_000_001 }),
        buildEvent({ status: 'SUCCESS', task_request_id: id, event_time_us: 1_790_000_001_500_002, data }),
      );
      assert.deepEqual(outcome.outcomes, ['inserted', 'inserted']);
      const row = await task(id);
      assert.equal(row?.status, 'SUCCESS');
      assert.deepEqual(row?.result, data.result);
      assert.equal(row?.started_at, '2026-09-21T14:13:20.000001Z');
      assert.equal(row?.finished_at, '2026-09-21T14:13:21.500002Z');
      assert.deepEqual(
        (await history(id)).map((log) => log.data),
        [{}, data],
      );
    });

    it('keeps one copy of an event, whether it comes twice in a batch or in two batches', async () => {
      const id = newTask();
      const event = buildEvent({ status: 'RUNNING', task_request_id: id });
      await apply(event, event);
      const outcome = await apply(event);
      assert.deepEqual(outcome.outcomes, ['duplicate']);
      assert.equal((await history(id)).length, 1);
    });

    it('lets no late RUNNING overwrite a SUCCESS, and keeps it in the history as not applied', async () => {
      const id = newTask();
      const at = Date.now() * 1000;
      await apply(buildEvent({ status: 'SUCCESS', task_request_id: id, event_time_us: at }));
      await apply(buildEvent({ status: 'RUNNING', task_request_id: id, event_time_us: at - 5_000_000 }));
      assert.equal((await task(id))?.status, 'SUCCESS');
      assert.deepEqual(
        (await history(id)).map((log) => [log.status, log.applied]),
        [
          ['RUNNING', false],
          ['SUCCESS', true],
        ],
      );
    });

    it('keeps final events that contradict each other, and shows them as a conflict', async () => {
      const id = newTask();
      assert.equal((await apply(buildEvent({ status: 'FAILURE', task_request_id: id }))).conflicts, 0);
      const outcome = await apply(buildEvent({ status: 'SUCCESS', task_request_id: id }));
      assert.equal(outcome.conflicts, 1);
      assert.deepEqual([(await task(id))?.status, (await task(id))?.conflict], ['SUCCESS', true]);
      assert.equal((await history(id)).length, 2);
    });

    it('dead-letters an event_id that is used again with other content; the first one stays', async () => {
      const [first, second] = [newTask(), newTask()];
      const event = buildEvent({ status: 'RUNNING', task_request_id: first });
      await apply(event);
      const letters = await count(`dead_letters WHERE reason = 'event_id_reused'`);
      const impostor = { ...event, task_request_id: second };
      const outcome = await apply(impostor, buildEvent({ status: 'RUNNING', task_request_id: first }));
      assert.deepEqual(outcome.outcomes, ['id_reused', 'inserted']);
      assert.deepEqual(outcome.deadLettered, ['event_id_reused']);
      assert.deepEqual((await apply(impostor)).deadLettered, []);
      assert.equal(await task(second), null);
      assert.equal(await count(`dead_letters WHERE reason = 'event_id_reused'`), (letters ?? 0) + 1);
    });

    it('takes events for new where many in a row have been, and is right where some are not', async () => {
      const made: string[] = [];
      const watched = createTaskStatusService({
        ...database,
        writer: {
          query: (statement, parameters) => {
            made.push(statement.name);
            return database.writer.query(statement, parameters);
          },
        },
      });
      const many = () =>
        Array.from({ length: 100 }, () => buildEvent({ status: 'RUNNING', task_request_id: newTask() }));
      const write = async (events: readonly TaskEvent[]) => {
        made.length = 0;
        return (await watched.apply({ events: events.map(inBatch), deadLetters: [] })).outcomes;
      };
      const known = many();
      await write(known);
      for (let batch = 0; batch < 8; batch++) {
        await write(many());
        if (made[0] === 'apply_batch:new') break;
        assert.deepEqual(made, ['apply_batch']);
      }
      await write(many());
      assert.deepEqual(made, ['apply_batch:new']);

      const [first, second] = known as [TaskEvent, TaskEvent];
      const letters = await count(`dead_letters WHERE reason = 'event_id_reused'`);
      const outcomes = await write([...many(), first, { ...second, task_request_id: newTask() }]);
      assert.deepEqual(made, ['apply_batch:new', 'apply_batch', 'read_events', 'apply_batch']);
      assert.deepEqual(outcomes.slice(99), ['inserted', 'duplicate', 'id_reused']);
      assert.ok(outcomes.slice(0, 100).every((outcome) => outcome === 'inserted'));
      assert.equal(await count(`dead_letters WHERE reason = 'event_id_reused'`), (letters ?? 0) + 1);
      assert.equal((await history(first.task_request_id)).length, 1);

      await write(many());
      assert.deepEqual(made, ['apply_batch']);
    });

    it('tells no changes where nobody wants them, and counts conflicts all the same', async () => {
      const id = newTask();
      const events = [
        buildEvent({ status: 'FAILURE', task_request_id: id }),
        buildEvent({ status: 'SUCCESS', task_request_id: id }),
      ];
      const outcome = await service.apply(
        { events: events.map(inBatch), deadLetters: [] },
        { withChanges: false },
      );
      assert.deepEqual([outcome.changes, outcome.conflicts], [[], 1]);
    });

    it('records the sequences of a publisher as low-water mark and holes, poison included', async () => {
      const publisher_id = `publisher-${newTask()}`;
      const numbered = (sequence: number) =>
        buildEvent({ status: 'RUNNING', task_request_id: newTask(), publisher_id, sequence });
      await apply(numbered(1), numbered(2), numbered(7));
      const outcome = await service.apply({
        events: [inBatch(numbered(4))],
        deadLetters: [buildDeadLetter({ publisher_id, sequence: 3 })],
      });
      assert.deepEqual(outcome.publishers, [
        { publisher_id, low_water: 4, highest: 7, missing: [[5, 6]], reused_sequences: 0 },
      ]);
      const recent = await service.publisherProgress(60);
      assert.deepEqual(recent.find((progress) => progress.publisher_id === publisher_id)?.missing, [[5, 6]]);
    });

    it('applies a sequence that another event_id has used, and says so', async () => {
      const publisher_id = `publisher-${newTask()}`;
      const id = newTask();
      await apply(buildEvent({ status: 'RUNNING', task_request_id: id, publisher_id, sequence: 1 }));
      const outcome = await apply(
        buildEvent({ status: 'SUCCESS', task_request_id: id, publisher_id, sequence: 1 }),
      );
      assert.equal(outcome.publishers[0]?.reused_sequences, 1);
      assert.equal((await task(id))?.status, 'SUCCESS');
    });

    it('singles out the events that the database refuses and commits the rest with them as dead letters', async () => {
      const ids = Array.from({ length: 9 }, newTask);
      const poison = new Set([ids[2], ids[3], ids[8]]);
      const events = ids.map((id, index) =>
        buildEvent({
          status: 'RUNNING',
          task_request_id: id,
          publisher_id: `publisher-${ids[0]}`,
          sequence: index + 1,
          // A year for which there is no part of the history.
          ...(poison.has(id) ? { event_id: uuidAt(Date.UTC(2050, 0, 1)) } : {}),
        }),
      );
      const outcome = await apply(...events);
      assert.deepEqual(
        outcome.outcomes,
        ids.map((id) => (poison.has(id) ? 'dead_lettered' : 'inserted')),
      );
      assert.deepEqual(outcome.deadLettered, Array(poison.size).fill('expired'));
      assert.deepEqual(outcome.publishers.at(-1)?.missing, []);
      assert.equal(outcome.publishers.at(-1)?.low_water, 9);
      for (const id of ids) assert.equal((await task(id)) === null, poison.has(id), id);
    });

    it('keeps one dead letter of a message that comes by two lanes, and tells of it once', async () => {
      const before = await count('dead_letters');
      const letter = buildDeadLetter({ payload: 'a NUL \u0000 and a lone \ud800' });
      const known = buildEvent({ status: 'RUNNING', task_request_id: newTask() });
      await apply(known);
      const events = [known, buildEvent({ status: 'RUNNING', task_request_id: newTask() })].map(inBatch);
      const first = await service.apply({ events, deadLetters: [letter] });
      assert.deepEqual(first.deadLettered, [letter.reason]);
      const again = await service.apply({ events: [], deadLetters: [{ ...letter, lane: 'channel' }] });
      assert.deepEqual(again.deadLettered, []);
      assert.equal(await count('dead_letters'), (before ?? 0) + 1);
    });

    it('keeps the last heartbeat of each worker, and that it stopped', async () => {
      const heartbeat = {
        worker_id: `worker-${newTask()}`,
        worker_container: 'w',
        publisher_id: null,
        pid: 1,
        started_at: '2026-01-01T00:00:00.000000Z',
        at_ms: 1_790_000_000_000,
        clock_skew_ms: -1.5,
        running: ['a', 'b "quoted"'],
        outbox_depth: 3,
        oldest_unacknowledged_ms: 4.5,
      };
      const read = async () =>
        (await createWorkerRepository(database).list(1_000)).find(
          ({ worker_id }) => worker_id === heartbeat.worker_id,
        );
      await service.recordHeartbeats([heartbeat]);
      const { at_ms, ...rest } = heartbeat;
      assert.deepEqual(await read(), {
        ...rest,
        heartbeat_at: '2026-09-21T14:13:20.000000Z',
        stopped_at: null,
      });
      await service.recordHeartbeats([{ ...heartbeat, at_ms: at_ms + 1_000, running: [], stopped: true }]);
      await service.recordHeartbeats([heartbeat]);
      assert.equal((await read())?.stopped_at, '2026-09-21T14:13:21.000000Z');
    });

    it('replays a dead letter once, however often it is asked to', async () => {
      const id = newTask();
      const wire = {
        task_request_id: id,
        status: 'SUCCESS',
        timestamp: new Date().toISOString(),
        data: { result: 1 },
        worker_container: 'w',
      };
      const letter = buildDeadLetter({ payload: JSON.stringify(wire), reason: 'unknown_schema_version' });
      await service.apply({ events: [], deadLetters: [letter] });
      const [stored] = await database.query<{ id: number }>(
        { name: '', sql: 'SELECT id::integer AS id FROM dead_letters WHERE payload = $1' },
        [letter.payload],
      );
      const replays = await Promise.all([1, 2, 3].map(() => service.replayDeadLetter(stored?.id ?? -1)));
      assert.deepEqual(replays.map(({ replayed }) => replayed).sort(), [false, false, true]);
      assert.equal((await history(id)).length, 1);
      await assert.rejects(service.replayDeadLetter(999_999_999), { code: 'not_found' });
    });

    it('writes a submission with its parameters and its wish for a queue entry, once', async () => {
      const id = newTask();
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      const pending = {
        ...buildEvent({ status: 'PENDING', task_request_id: id, traceparent }),
        task_name: 'tasks.test',
      };
      const submission = {
        pending,
        params: { path: '/tmp', deep: { list: [1] } },
        rerun_of: null,
        attempts_max: 3,
      };
      await service.submit(submission);
      const again = { ...submission, pending: { ...pending, event_id: uuidAt(Date.now()) } };
      await assert.rejects(service.submit(again), { code: 'task_exists' });
      assert.deepEqual((await task(id))?.params, submission.params);
      const wished = (await service.pendingDispatches(1_000)).filter(
        (dispatch) => dispatch.task_request_id === id,
      );
      assert.deepEqual(wished, [
        {
          task_request_id: id,
          task_name: 'tasks.test',
          params: submission.params,
          attempts_max: 3,
          traceparent: pending.traceparent,
          status: 'PENDING',
        },
      ]);
      await service.confirmDispatches([id]);
      assert.ok(
        !(await service.pendingDispatches(1_000)).some((dispatch) => dispatch.task_request_id === id),
      );
    });

    it('takes one of several submissions of an id that come at the same time', async () => {
      const id = newTask();
      const results = await Promise.allSettled(
        [1, 2, 3, 4].map((number) =>
          service.submit({
            pending: { ...buildEvent({ status: 'PENDING', task_request_id: id }), task_name: 'tasks.test' },
            params: { number },
            rerun_of: null,
            attempts_max: 1,
          }),
        ),
      );
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      assert.deepEqual(refused, ['task_exists', 'task_exists', 'task_exists']);
      assert.equal((await history(id)).length, 1);
    });
  });
}
