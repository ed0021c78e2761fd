import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Database, openPglite, openPostgres } from '@taskwire/listener';
import { TASK_STATUSES } from '@taskwire/protocol';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  waitUntil,
} from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { buildEvent } from '../test/build-event.ts';
import { type Api, startApi } from '../test/start-api.ts';

failOnLeaks();

/** The same suite over both databases. */
for (const [kind, open] of [
  ['PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() })],
  ['PGlite', () => openPglite()],
] as const) {
  describe(`the API on ${kind}`, () => {
    let database: Database;
    let api: Api;
    const names = isolatedRedisNames();

    before(async () => {
      database = await open();
      api = await startApi({ database, redisUrl: await sharedRedisUrl(), names });
    });
    after(async () => {
      await api.jobs.obliterate({ force: true });
      await api[Symbol.asyncDispose]();
      await database.close();
    });

    /** @returns their ids */
    async function addLetters(
      task_request_id: string,
      payloads: readonly string[],
    ): Promise<readonly number[]> {
      const letter = {
        lane: 'list',
        reason: 'not_json',
        detail: 'd',
        publisher_id: null,
        sequence: null,
      } as const;
      for (const payload of payloads) {
        const payload_bytes = payload.length;
        await api.service.apply({
          events: [],
          deadLetters: [{ ...letter, payload, payload_bytes, task_request_id }],
        });
      }
      const { body } = await api.get(`/api/v1/dead-letters?task_request_id=${task_request_id}`);
      return body.dead_letters.map((each: { id: number }) => each.id).toReversed();
    }

    const job = (id: string) =>
      waitUntil(() => api.jobs.getJob(id), { what: `the job ${id}`, timeoutMs: 5_000 });

    it('hands the trace of the request on to the job, and a broken one to nobody', async () => {
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      for (const given of [traceparent, 'nonsense']) {
        const { status, body } = await api.post(
          '/api/v1/tasks',
          { task_name: 'tasks.test' },
          { 'content-type': 'application/json', traceparent: given },
        );
        assert.equal(status, 202);
        const expected = given === traceparent ? traceparent : undefined;
        assert.equal((await job(body.task_request_id)).data.traceparent, expected);
      }
    });

    it('submits a task: 202 with its row, where it is, and a job that a worker can run', async () => {
      const { status, headers, body } = await api.post('/api/v1/tasks', {
        task_name: 'tasks.test',
        params: { text: '任务 "🚀"', list: [1, null] },
        options: { attempts: 3 },
      });
      assert.equal(status, 202);
      assert.equal(headers.get('location'), `/api/v1/tasks/${body.task_request_id}`);
      const { history, history_complete, reruns, conflicting, ...row } = (
        await api.get(headers.get('location') ?? '')
      ).body;
      assert.deepEqual(row, body);
      assert.deepEqual([history_complete, reruns, conflicting], [true, [], []]);
      assert.deepEqual([row.status, row.attempt, row.worker_source], ['PENDING', 1, 'web']);
      assert.deepEqual(
        history.map((log: { status: string; lane: string }) => [log.status, log.lane]),
        [['PENDING', 'http']],
      );
      const queued = await job(body.task_request_id);
      assert.equal(queued.name, 'tasks.test');
      assert.deepEqual(queued.data, { task_request_id: body.task_request_id, params: body.params });
      assert.equal(queued.opts.attempts, 3);
      await waitUntil(async () => (await api.service.pendingDispatches(10)).length === 0, {
        what: 'the confirmation',
      });
    });

    it('takes an id from the client, and answers 409 when it comes again', async () => {
      const wish = { task_name: 'tasks.test', task_request_id: 'my/own id: no'.replace(':', '') };
      assert.equal((await api.post('/api/v1/tasks', wish)).status, 202);
      const { status, headers, body } = await api.post('/api/v1/tasks', wish);
      assert.equal(status, 409);
      assert.equal(headers.get('content-type'), 'application/problem+json');
      assert.equal(body.code, 'task_exists');
      const shown = await api.get(`/api/v1/tasks/${encodeURIComponent(wish.task_request_id)}`);
      assert.equal(shown.body.task_request_id, wish.task_request_id);
    });

    it('tells everybody who listens of a submission', async () => {
      const subscriber = new Redis(await sharedRedisUrl());
      await subscriber.subscribe(names.changes);
      const announced = new Promise<string>((resolve) =>
        subscriber.once('message', (_, text) => resolve(text)),
      );
      const { body } = await api.post('/api/v1/tasks', { task_name: 'tasks.test' });
      const { changes } = JSON.parse(await announced);
      subscriber.disconnect();
      assert.equal(changes[0].task_request_id, body.task_request_id);
      assert.equal(changes[0].status, 'PENDING');
    });

    it('lists newest first by filters, and pages without a gap or a repeat while tasks come in', async () => {
      const task_name = `tasks.paged.${kind}`;
      const submitted: string[] = [];
      const submit = async () => (await api.post('/api/v1/tasks', { task_name })).body.task_request_id;
      for (let count = 0; count < 7; count++) submitted.unshift(await submit());
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = `task_name=${task_name}&status=PENDING&limit=3${cursor && `&cursor=${cursor}`}`;
        const { body } = await api.get(`/api/v1/tasks?${query}`);
        seen.push(...body.tasks.map((task: { task_request_id: string }) => task.task_request_id));
        cursor = body.next_cursor;
        await submit();
      }
      assert.deepEqual(seen, submitted);
      const [first] = submitted;
      const { body } = await api.get(`/api/v1/tasks?id_prefix=${first?.slice(0, 30)}&worker_source=web`);
      assert.ok(body.tasks.some((task: { task_request_id: string }) => task.task_request_id === first));
      assert.deepEqual((await api.get('/api/v1/tasks?status=SUCCESS')).body, {
        tasks: [],
        next_cursor: null,
        searched_to: null,
      });
    });

    it('leaves out of a list what may be large, and of a long error all but its beginning', async () => {
      const { task_request_id: id } = (await api.post('/api/v1/tasks', { task_name: 'tasks.large' })).body;
      const data = { error: `${'é'.repeat(1_999)}ab`, error_type: 'OSError' };
      const event = buildEvent({ task_request_id: id, status: 'FAILURE', task_name: 'tasks.large', data });
      await api.service.apply({ events: [{ event, lane: 'stream', payload: '' }], deadLetters: [] });
      const { history, history_complete, reruns, conflicting, params, result, ...task } = (
        await api.get(`/api/v1/tasks/${id}`)
      ).body;
      assert.deepEqual([params, result, task.error], [{}, null, data.error]);
      const { body } = await api.get('/api/v1/tasks?task_name=tasks.large');
      assert.deepEqual(body.tasks, [{ ...task, error: `${'é'.repeat(1_999)}a` }]);
    });

    it('counts tasks by status, also those that nobody has', async () => {
      const { body } = await api.get('/api/v1/stats');
      assert.deepEqual(Object.keys(body.tasks), [...TASK_STATUSES]);
      assert.ok(body.tasks.PENDING > 0);
      assert.equal(body.tasks.SUCCESS, 0);
      assert.equal(body.open_tasks, body.tasks.PENDING);
      assert.deepEqual(
        [body.lag_ms, body.dead_letters_open, body.workers_alive, body.open_holes],
        [null, 0, 0, 0],
      );
    });

    it('lists the names of tasks: those there are, and those that may be submitted', async () => {
      const { task_names } = (await api.get('/api/v1/task-names')).body;
      const of = (task_name: string) =>
        task_names.find((each: { task_name: string }) => each.task_name === task_name);
      assert.ok(of('tasks.test').tasks > 0);
      assert.deepEqual(of('tasks.offered'), {
        task_name: 'tasks.offered',
        tasks: 0,
        runnable: true,
        example_params: { a: 1 },
      });
    });

    it('finds tasks by filters that are repeated, separated by commas, or together, in another order', async () => {
      const task_name = `tasks.found.${kind}`;
      const ids: string[] = [];
      for (const count of [1, 2, 3]) {
        const { body } = await api.post('/api/v1/tasks', { task_name, params: { count } });
        ids.push(body.task_request_id);
      }
      const find = async (query: string) =>
        (await api.get(`/api/v1/tasks?task_name=${task_name}&${query}`)).body.tasks.map(
          (task: { task_request_id: string }) => task.task_request_id,
        );
      assert.deepEqual(await find('status=RUNNING,PENDING&sort=created_at'), ids);
      assert.deepEqual(await find('status=RUNNING&status=PENDING&sort=created_at'), ids);
      assert.deepEqual(await find('status=RUNNING&status=FAILURE'), []);
      assert.deepEqual(await find(`q=${ids[1]?.toUpperCase()}`), [ids[1]]);
      assert.deepEqual(await find('conflict=true'), []);
      assert.deepEqual(await find(`created_before=${encodeURIComponent('2026-01-01T00:00:00+02:00')}`), []);
      assert.equal((await find('created_after=2026-01-01T00:00:00Z')).length, 3);
      const page = (await api.get(`/api/v1/tasks?task_name=${task_name}&limit=1`)).body;
      const other = await api.get(`/api/v1/tasks?sort=created_at&cursor=${page.next_cursor}`);
      assert.deepEqual([other.status, other.body.detail.slice(0, 7)], [400, 'cursor:']);
    });

    it('shows a task with the final events that contradict each other', async () => {
      const task_request_id = `torn-${kind}`;
      for (const status of ['FAILURE', 'SUCCESS'] as const) {
        await api.service.apply({
          events: [{ event: { ...buildEvent({ status, task_request_id }) }, lane: 'stream', payload: '' }],
          deadLetters: [],
        });
      }
      const { body } = await api.get(`/api/v1/tasks/${task_request_id}`);
      assert.equal(body.conflict, true);
      assert.deepEqual(body.conflicting.map((log: { status: string }) => log.status).toSorted(), [
        'FAILURE',
        'SUCCESS',
      ]);
    });

    it('lists dead letters and replays one, once', async () => {
      const event = {
        task_request_id: `dead-${kind}`,
        status: 'SUCCESS',
        timestamp: new Date().toISOString(),
        data: {},
        worker_container: 'w',
      };
      const letter = {
        lane: 'list',
        reason: 'unknown_schema_version',
        detail: 'schema_version 9',
        publisher_id: null,
        sequence: null,
      } as const;
      const payloads = [JSON.stringify(event), 'not even JSON'];
      await api.service.apply({
        events: [],
        deadLetters: payloads.map((payload) => ({
          ...letter,
          payload,
          payload_bytes: payload.length,
          task_request_id: null,
        })),
      });
      const first = (await api.get('/api/v1/dead-letters?reason=unknown_schema_version&limit=1')).body;
      const second = (await api.get(`/api/v1/dead-letters?limit=1&cursor=${first.next_cursor}`)).body;
      assert.equal(second.next_cursor, null);
      const letters = [...first.dead_letters, ...second.dead_letters];
      const replay = (payload: string) =>
        api.post(`/api/v1/dead-letters/${letters.find((each) => each.payload === payload).id}/replay`);
      const [good = '', bad = ''] = payloads;
      const replayed = await replay(good);
      assert.deepEqual(
        [replayed.status, replayed.body.replayed, replayed.body.changes.length],
        [200, true, 1],
      );
      assert.deepEqual((await replay(good)).body, { replayed: false, changes: [] });
      const refused = await replay(bad);
      assert.deepEqual([refused.status, refused.body.code], [422, 'event_invalid']);
      const missing = await api.post('/api/v1/dead-letters/999999/replay');
      assert.deepEqual([missing.status, missing.body.code], [404, 'not_found']);
    });

    it('discards a dead letter, and replays it after all', async () => {
      const [id] = await addLetters('discarded', ['not an event']);
      assert.deepEqual((await api.post(`/api/v1/dead-letters/${id}/discard`)).body, { discarded: true });
      assert.deepEqual((await api.post(`/api/v1/dead-letters/${id}/discard`)).body, { discarded: false });
      const shown = (await api.get(`/api/v1/dead-letters/${id}`)).body;
      assert.deepEqual(
        [shown.payload, shown.payload_truncated, shown.replayed_at],
        ['not an event', false, null],
      );
      assert.match(shown.discarded_at, /^20/);
      assert.equal((await api.post(`/api/v1/dead-letters/${id}/replay`)).status, 422);
      assert.equal((await api.post('/api/v1/dead-letters/999999/discard')).status, 404);
      assert.equal((await api.get('/api/v1/dead-letters/999999')).status, 404);
    });

    it('replays and discards many dead letters by their ids or by a filter', async () => {
      const event = (status: string) =>
        JSON.stringify({
          task_request_id: `bulk-${kind}`,
          status,
          timestamp: new Date().toISOString(),
          data: {},
          worker_container: 'w',
        });
      const ids = await addLetters(`bulk-${kind}`, [event('RUNNING'), 'broken', event('SUCCESS')]);
      const filter = { task_request_id: `bulk-${kind}` };
      const replayed = (await api.post('/api/v1/dead-letters/replay', { filter })).body;
      assert.deepEqual([replayed.done, replayed.unchanged, replayed.remaining], [2, 0, 1]);
      assert.deepEqual(
        replayed.failed.map((each: { id: number; code: string }) => [each.id, each.code]),
        [[ids[1], 'event_invalid']],
      );
      assert.equal((await api.get(`/api/v1/tasks/bulk-${kind}`)).body.status, 'SUCCESS');
      const again = (await api.post('/api/v1/dead-letters/replay', { ids: [...ids, 999_999] })).body;
      assert.deepEqual([again.done, again.unchanged, again.failed.length, again.remaining], [0, 2, 2, 0]);
      assert.deepEqual((await api.post('/api/v1/dead-letters/discard', { filter })).body, {
        done: 1,
        unchanged: 0,
        failed: [],
        remaining: 0,
      });
      assert.equal((await api.post('/api/v1/dead-letters/discard', { ids })).body.unchanged, 3);
    });

    it('lists publishers page by page, and those with holes', async () => {
      const events = [1, 2, 4].flatMap((sequence) =>
        ['p1', 'p2'].map((publisher_id) => ({
          event: buildEvent({
            status: 'RUNNING',
            task_request_id: 'published',
            publisher_id,
            sequence: publisher_id === 'p1' ? sequence : Math.min(sequence, 3),
          }),
          lane: 'stream' as const,
          payload: '',
        })),
      );
      await api.service.apply({ events, deadLetters: [] });
      const first = (await api.get('/api/v1/publishers?limit=1')).body;
      const second = (await api.get(`/api/v1/publishers?limit=1&cursor=${first.next_cursor}`)).body;
      const ids = [...first.publishers, ...second.publishers].map(
        (publisher: { publisher_id: string }) => publisher.publisher_id,
      );
      assert.deepEqual([ids.toSorted(), second.next_cursor], [['p1', 'p2'], null]);
      const { publishers } = (await api.get('/api/v1/publishers?with_holes=true')).body;
      assert.deepEqual(
        publishers.map((each: { publisher_id: string; missing: unknown }) => [
          each.publisher_id,
          each.missing,
        ]),
        [['p1', [[3, 3]]]],
      );
    });

    it('lists workers by their heartbeats', async () => {
      const beat = {
        worker_id: 'w1',
        worker_container: 'w',
        publisher_id: null,
        pid: 7,
        started_at: '2026-01-01T00:00:00Z',
        at_ms: Date.now(),
        clock_skew_ms: 0,
        running: ['a'],
        outbox_depth: 0,
        oldest_unacknowledged_ms: 0,
      };
      await api.service.recordHeartbeats([beat]);
      const { workers } = (await api.get('/api/v1/workers')).body;
      assert.deepEqual([workers[0].worker_id, workers[0].running], ['w1', ['a']]);
    });

    it('is alive and ready, says how each part is, and describes itself', async () => {
      assert.deepEqual((await api.get('/health/live')).body, { alive: true });
      const ready = await api.get('/health/ready');
      assert.equal(ready.status, 200);
      assert.deepEqual([ready.body.ready, ready.body.state], [true, 'ok']);
      assert.match((await api.get('/metrics')).body, /^process_resident_memory_bytes \d+$/m);
      const document = (await api.get('/openapi.json')).body;
      assert.equal(document.openapi, '3.1.0');
      assert.deepEqual(document.components.schemas.NewTask.required, ['task_name']);
    });
  });
}
