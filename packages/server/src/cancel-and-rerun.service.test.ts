import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Database, openPostgres } from '@taskwire/listener';
import { cancelRequestsKey } from '@taskwire/protocol';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  waitUntil,
} from '@taskwire/test-harness';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { buildEvent } from '../test/build-event.ts';
import { type Api, queueName, startApi } from '../test/start-api.ts';

failOnLeaks();

describe('a task that is cancelled or run again', () => {
  let database: Database;
  let api: Api;
  const names = isolatedRedisNames();
  /** While true the queue takes nothing. */
  let queueIsStuck = false;

  before(async () => {
    database = await openPostgres({ url: await freshDatabaseUrl() });
    api = await startApi({ database, redisUrl: await sharedRedisUrl(), names });
  });
  after(async () => {
    await api.jobs.obliterate({ force: true });
    await api[Symbol.asyncDispose]();
    await database.close();
  });

  const submit = async (wish: object = {}) => {
    const { body } = await api.post('/api/v1/tasks', { task_name: 'tasks.test', params: { a: 1 }, ...wish });
    const id: string = body.task_request_id;
    await waitUntil(() => api.jobs.getJob(id), { what: 'the job' });
    return id;
  };
  const cancel = (id: string) => api.post(`/api/v1/tasks/${id}/cancel`);
  const say = (task_request_id: string, status: 'RUNNING' | 'SUCCESS' | 'FAILURE', wish: object = {}) =>
    api.service.apply({
      events: [{ event: buildEvent({ task_request_id, status, ...wish }), lane: 'stream', payload: '' }],
      deadLetters: [],
    });
  const shown = async (id: string) => (await api.get(`/api/v1/tasks/${id}`)).body;

  it('is CANCELLED and in no queue any more where no worker had begun it', async () => {
    const id = await submit();
    const { status, body } = await cancel(id);
    assert.deepEqual([status, body.outcome, body.task.status], [202, 'cancelled', 'CANCELLED']);
    assert.equal(await api.jobs.getJob(id), undefined);
    const { history } = await shown(id);
    assert.deepEqual(
      history.map((log: { status: string; lane: string }) => [log.status, log.lane]),
      [
        ['PENDING', 'http'],
        ['CANCELLED', 'http'],
      ],
    );
    const { entries } = (await api.get(`/api/v1/audit?action=cancel&task_request_id=${id}`)).body;
    assert.deepEqual(
      entries.map((entry: { target: string; detail: object }) => [entry.target, entry.detail]),
      [[id, { outcome: 'cancelled' }]],
    );
    const again = await cancel(id);
    assert.deepEqual([again.status, again.body.outcome], [200, 'already_final']);
  });

  it('is told where a worker runs it, and stays what the worker says', async () => {
    const id = await submit();
    let finish = () => {};
    const running = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const worker = new Worker(queueName(names), () => running, {
      connection: { url: await sharedRedisUrl(), maxRetriesPerRequest: null },
    });
    await waitUntil(async () => (await (await api.jobs.getJob(id))?.getState()) === 'active', {
      what: 'a run',
    });
    await say(id, 'RUNNING');
    const { status, body } = await cancel(id);
    assert.deepEqual([status, body.outcome, body.task.status], [202, 'requested', 'RUNNING']);
    assert.match(body.detail, /its own last word counts/);
    const redis = new Redis(await sharedRedisUrl());
    assert.ok(Number(await redis.zscore(cancelRequestsKey(names), id)) > 0);
    assert.ok((await redis.pttl(cancelRequestsKey(names))) > 0);
    redis.disconnect();
    await say(id, 'SUCCESS');
    assert.equal((await shown(id)).status, 'SUCCESS');
    finish();
    await worker.close();
  });

  it('is requested where another queue may hold it', async () => {
    await say('elsewhere', 'RUNNING');
    const { body } = await cancel('elsewhere');
    assert.equal(body.outcome, 'requested');
    assert.match(body.detail, /does not hold it/);
  });

  it('runs again as a new task that names the old one, with its parameters or others', async () => {
    const id = await submit({ params: { text: 'original' } });
    await say(id, 'FAILURE');
    const { status, headers, body } = await api.post(`/api/v1/tasks/${id}/rerun`);
    assert.equal(status, 202);
    assert.deepEqual([body.rerun_of, body.status, body.params], [id, 'PENDING', { text: 'original' }]);
    assert.equal(headers.get('location'), `/api/v1/tasks/${body.task_request_id}`);
    const job = await waitUntil(() => api.jobs.getJob(body.task_request_id), { what: 'the new job' });
    assert.deepEqual(job.data.params, { text: 'original' });
    const other = await api.post(`/api/v1/tasks/${id}/rerun`, {
      params: { text: 'other' },
      options: { attempts: 2 },
    });
    assert.deepEqual(other.body.params, { text: 'other' });
    const old = await shown(id);
    assert.deepEqual(
      [old.status, old.reruns],
      ['FAILURE', [body.task_request_id, other.body.task_request_id]],
    );
    const list = (await api.get(`/api/v1/tasks?rerun_of=${id}`)).body.tasks;
    assert.equal(list.length, 2);
  });

  it('does not run again where nobody knows its name or its parameters', async () => {
    await say('nameless', 'FAILURE', { task_name: null });
    const nameless = await api.post('/api/v1/tasks/nameless/rerun', { params: {} });
    assert.deepEqual([nameless.status, nameless.body.code], [422, 'task_unknown']);
    await say('foreign', 'FAILURE');
    const foreign = await api.post('/api/v1/tasks/foreign/rerun');
    assert.deepEqual([foreign.status, foreign.body.code], [400, 'request_invalid']);
    assert.match(foreign.body.detail, /^params: missing/);
    assert.equal((await api.post('/api/v1/tasks/foreign/rerun', { params: {} })).status, 202);
  });

  it('is CANCELLED also while it waits to be put into the queue, and never comes into it', async () => {
    const stuckNames = isolatedRedisNames();
    const add = async () => {
      if (queueIsStuck) throw new Error('not now');
    };
    queueIsStuck = true;
    await using stuck = await startApi({
      database,
      redisUrl: await sharedRedisUrl(),
      names: stuckNames,
      queue: { add },
    });
    const { body } = await stuck.post('/api/v1/tasks', { task_name: 'tasks.test' });
    const answer = await stuck.post(`/api/v1/tasks/${body.task_request_id}/cancel`);
    assert.equal(answer.body.outcome, 'cancelled');
    assert.deepEqual(await api.service.pendingDispatches(10), []);
    queueIsStuck = false;
  });
});
