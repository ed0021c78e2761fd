import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Database, openPostgres } from '@taskwire/listener';
import { SECRET_MASK } from '@taskwire/protocol';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  waitUntil,
} from '@taskwire/test-harness';
import { buildEvent } from '../../test/build-event.ts';
import { type Api, startApi } from '../../test/start-api.ts';

failOnLeaks();

const SECRET = 'correct horse battery staple';
const PARAMS = { host: 'db', login: { db_password: SECRET } };
const SHOWN = { host: 'db', login: { db_password: SECRET_MASK } };

describe('a secret parameter', () => {
  let database: Database;
  let api: Api;

  before(async () => {
    database = await openPostgres({ url: await freshDatabaseUrl() });
    api = await startApi({ database, redisUrl: await sharedRedisUrl(), names: isolatedRedisNames() });
  });
  after(async () => {
    await api.jobs.obliterate({ force: true });
    await api[Symbol.asyncDispose]();
    await database.close();
  });

  const query = (sql: string, values: readonly unknown[] = []) => database.query({ name: '', sql }, values);
  const jobOf = (id: string) => waitUntil(() => api.jobs.getJob(id), { what: 'the job' });

  it('reaches the worker, and is in no answer and no row', async () => {
    const { body } = await api.post('/api/v1/tasks', { task_name: 'tasks.test', params: PARAMS });
    const id: string = body.task_request_id;
    assert.deepEqual(body.params, SHOWN);
    const job = await jobOf(id);
    assert.deepEqual(job.data, { task_request_id: id, params: PARAMS, has_secrets: true });
    await waitUntil(async () => (await query('SELECT 1 FROM task_dispatches')).length === 0, {
      what: 'the end of the wish for a queue entry',
    });
    assert.deepEqual((await api.get(`/api/v1/tasks/${id}`)).body.params, SHOWN);
    assert.ok(!('params' in (await api.get('/api/v1/tasks')).body.tasks[0]), 'lists have none');
    const rows = await query('SELECT params FROM task_requests WHERE task_request_id = $1', [id]);
    assert.deepEqual(rows, [{ params: SHOWN }]);
  });

  it('has to be given anew when the task is run again: what is masked is not run', async () => {
    const first = (await api.post('/api/v1/tasks', { task_name: 'tasks.test', params: PARAMS })).body;
    const rerun = `/api/v1/tasks/${first.task_request_id}/rerun`;
    for (const again of [await api.post(rerun), await api.post(rerun, { params: first.params })]) {
      assert.equal(again.status, 400);
      assert.equal(again.body.code, 'request_invalid');
      assert.match(again.body.detail, /^params\.login\.db_password: .*give params anew/);
    }
    const again = await api.post(rerun, { params: PARAMS });
    assert.equal(again.status, 202);
    assert.deepEqual(again.body.params, SHOWN);
    assert.deepEqual((await jobOf(again.body.task_request_id)).data.params, PARAMS);
  });

  it('is hidden in rows of before, in what producers say of a task, and in events that nobody could read', async () => {
    const data = { kwargs: { api_key: SECRET, n: 1 }, result: { token: 'what the task returns' } };
    await api.service.apply({
      events: [
        {
          event: buildEvent({ task_request_id: 'old', status: 'SUCCESS', data }),
          lane: 'list',
          payload: '',
        },
      ],
      deadLetters: [`{"status":"X","data":{"token":"${SECRET}"}}`, `{"password": "${SECRET}`].map(
        (payload) => ({
          lane: 'list',
          reason: 'not_json',
          detail: 'd',
          payload,
          payload_bytes: payload.length,
          task_request_id: 'old',
          publisher_id: null,
          sequence: null,
        }),
      ),
    });
    await query("UPDATE task_requests SET params = $1::text::jsonb WHERE task_request_id = 'old'", [
      JSON.stringify(PARAMS),
    ]);
    const task = (await api.get('/api/v1/tasks/old')).body;
    assert.deepEqual(task.params, SHOWN);
    assert.deepEqual(task.history[0].data, { ...data, kwargs: { api_key: SECRET_MASK, n: 1 } });
    const letters = await api.get('/api/v1/dead-letters?task_request_id=old');
    assert.equal(letters.body.dead_letters.length, 2);
    const shown = [letters, await api.get(`/api/v1/dead-letters/${letters.body.dead_letters[0].id}`)];
    for (const { body } of shown) {
      assert.ok(JSON.stringify(body).includes(SECRET_MASK));
      assert.ok(!JSON.stringify(body).includes('horse'), JSON.stringify(body));
    }
  });
});
