import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failOnLeaks, sharedRedisUrl, startRedis, waitUntil } from '@taskwire/test-harness';
import {
  commandEnvironment as environment,
  json,
  ready,
  result,
  run,
  taskwire,
  urlOf,
} from '../test/command-bed.ts';

failOnLeaks();

test('what taskwire publish says is in the database when it ends, by the listener inside taskwire web', async (t) => {
  const env = await environment(t, await sharedRedisUrl());
  await using server = await taskwire(env, 'web');
  const url = await urlOf(server);
  await ready(url);
  const published = await result(env, 'publish', 'by-hand', 'SUCCESS', '--data', '{"result":42}');
  assert.deepEqual([published.code, /^[0-9a-f-]{36} is in the database$/.test(published.output)], [0, true]);
  const task = await json(`${url}/api/v1/tasks/by-hand`);
  assert.deepEqual([task.status, task.result, task.history.length], ['SUCCESS', 42, 1]);
  assert.deepEqual(await server.stop(5_000), { code: 0, signal: null });
});

test('taskwire listener alone brings events to the database, and its health speaks of Redis', async (t) => {
  await using redis = await startRedis();
  const env = await environment(t, redis.url);
  await using listener = await taskwire(env, 'listener');
  const url = await urlOf(listener);
  await ready(url);
  assert.equal((await result(env, 'publish', 'a', 'RUNNING')).code, 0);
  assert.match(
    await (await fetch(`${url}/metrics`)).text(),
    /^taskwire_events_committed_total\{lane="stream"\} 1$/m,
  );
  assert.equal((await fetch(`${url}/api/v1/tasks`)).status, 404);
  await redis.kill();
  await waitUntil(async () => (await fetch(`${url}/health/ready`)).status === 503, {
    what: 'the loss of Redis',
  });
  assert.equal((await fetch(`${url}/health/live`)).status, 200);
  await redis.start();
  await ready(url);
  assert.deepEqual(await listener.stop(5_000), { code: 0, signal: null });
});

test('with ENABLE_TASK_STATUS_LISTENER=false taskwire web has no listener inside', async (t) => {
  const env = { ...(await environment(t, await sharedRedisUrl())), ENABLE_TASK_STATUS_LISTENER: 'false' };
  await using server = await taskwire(env, 'web');
  const url = await urlOf(server);
  await ready(url);
  const published = await result(env, 'publish', 'unheard', 'RUNNING', '--timeout-ms', '300');
  assert.equal(published.code, 1);
  assert.match(published.output, /is in the outbox, and the database has not acknowledged it/);
  assert.equal((await fetch(`${url}/api/v1/tasks/unheard`)).status, 404);
});

test('taskwire web waits for a database that is not there, says so, and stops when told', async (t) => {
  const env = {
    ...(await environment(t, await sharedRedisUrl())),
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
  };
  await using server = await taskwire(env, 'web');
  const url = await urlOf(server);
  const answer = await fetch(`${url}/health/ready`);
  assert.equal(answer.status, 503);
  await server.waitForLine(/database is not there yet/);
  const { parts } = await json(`${url}/health/ready`);
  const schema = parts.find((each: { part: string }) => each.part === 'schema');
  assert.equal(schema.state, 'down');
  assert.deepEqual(await server.stop(5_000), { code: 0, signal: null });
});

test('a port that is taken is one line that names it', async (t) => {
  const env = await environment(t, await sharedRedisUrl());
  await using server = await taskwire(env, 'web');
  const { port } = new URL(await urlOf(server));
  const second = await result({ ...env, PORT: port, LOG_LEVEL: 'silent' }, 'web');
  assert.equal(second.code, 1);
  assert.match(
    second.output,
    new RegExp(`^taskwire web: PORT: ${port} on 127\\.0\\.0\\.1 is taken by another program.*$`),
  );
});

test('taskwire migrate brings the schema up to date once', async (t) => {
  const env = await environment(t, await sharedRedisUrl());
  assert.match(
    (await run(env, 'migrate')).output,
    /^applied 0001_initial\.sql.*; the schema is at version \d+$/,
  );
  assert.match((await run(env, 'migrate')).output, /^nothing to do; the schema is at version \d+$/);
});

test('taskwire worker runs the worker that TASKWIRE_WORKER_MAIN names, and ends with it', async (t) => {
  const env = await environment(t, await sharedRedisUrl());
  await using ours = await taskwire(env, 'worker');
  await ours.waitForLine(/worker takes tasks/);
  assert.deepEqual(await ours.stop(6_000), { code: 0, signal: null });
  const missing = await result({ ...env, TASKWIRE_WORKER_MAIN: '/no/such/worker.js' }, 'worker');
  assert.equal(missing.code, 1);
  assert.match(missing.output, /^taskwire worker: TASKWIRE_WORKER_MAIN: there is no file/);
});
