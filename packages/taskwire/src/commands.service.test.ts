import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTaskStatusService, openPostgres } from '@taskwire/listener';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  startProcess,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';

failOnLeaks();

const MAIN = new URL('main.ts', import.meta.url);

async function environment(t: TestContext, redisUrl: string) {
  const names = isolatedRedisNames();
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-commands-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return {
    REDIS_URL: redisUrl,
    DATABASE_URL: await freshDatabaseUrl(),
    PORT: '0',
    TASKWIRE_DATA_DIR: directory,
    TASKWIRE_TASK_QUEUE: names.prefix.replaceAll(':', '-'),
    TASKWIRE_KEY_PREFIX: names.prefix,
    TASK_STATUS_REDIS_CHANNEL: names.channel,
    TASK_STATUS_QUEUE_NAME: names.queue,
  };
}

const taskwire = (env: Readonly<Record<string, string>>, ...words: readonly string[]) =>
  startProcess(MAIN, { env, arguments: words });

async function result(env: Readonly<Record<string, string>>, ...words: readonly string[]) {
  await using command = await taskwire(env, ...words);
  return { ...(await command.exited), output: command.output().trim() };
}

/** Where a server process says it listens. */
const urlOf = async (server: Awaited<ReturnType<typeof taskwire>>): Promise<string> =>
  (await server.waitForLine(/"url":"([^"]+)"/))[1] ?? '';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
const json = async (address: string): Promise<any> => (await fetch(address)).json();

const ready = (url: string) =>
  waitUntil(async () => (await fetch(`${url}/health/ready`)).status === 200, { what: 'readiness' });

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
    (await result(env, 'migrate')).output,
    /^applied 0001_initial\.sql.*; the schema is at version \d+$/,
  );
  assert.match((await result(env, 'migrate')).output, /^nothing to do; the schema is at version \d+$/);
});

test('taskwire dead-letters shows what could not be applied, harmless to the terminal, and applies it after all', async (t) => {
  const env = await environment(t, await sharedRedisUrl());
  await result(env, 'migrate');
  await using database = openPostgres({ url: env.DATABASE_URL });
  const service = createTaskStatusService(database);
  await service.maintain();
  const event = {
    task_request_id: 'revived',
    status: 'SUCCESS',
    timestamp: new Date().toISOString(),
    data: {},
    worker_container: 'w',
  };
  await service.apply({
    events: [],
    deadLetters: [
      {
        lane: 'list',
        reason: 'unknown_schema_version',
        detail: 'schema_version "\u001b[2J\n9"',
        payload: JSON.stringify(event),
        payload_bytes: 1,
        task_request_id: null,
        publisher_id: null,
        sequence: null,
      },
    ],
  });
  const listed = await result(env, 'dead-letters', 'list');
  assert.match(listed.output, /^1 {2}\S+ {2}unknown_schema_version {2}schema_version "\ufffd\[2J 9"$/);
  const [letter] = (await result(env, 'dead-letters', 'list', '--json')).output.split('\n');
  assert.equal(JSON.parse(letter ?? '').id, 1);
  assert.equal((await result(env, 'dead-letters', 'replay', '1')).output, '1: replayed; revived is SUCCESS');
  assert.equal((await result(env, 'dead-letters', 'replay', '1')).output, '1: had been replayed before');
  const missing = await result(env, 'dead-letters', 'replay', '77');
  assert.deepEqual([missing.code, missing.output], [1, 'taskwire dead-letters: There is no dead letter 77']);
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
