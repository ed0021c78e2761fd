import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings, redisNames } from '@taskwire/protocol';
import { failOnLeaks, startPython, waitUntil } from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { commandEnvironment, json, ready, run, SLOW_MS, taskwire, urlOf } from '../../test/command-bed.ts';
import { type SecuredRedis, startSecuredRedis, type UserName } from '../../test/secured-redis.ts';
import { judgeRights, readRedisRights } from '../doctor/redis-rights.ts';

failOnLeaks();

const post = async (url: string, body: object = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${url}: ${response.status}`);
  return (await response.json()) as { readonly task_request_id: string };
};

const statusOf = async (url: string, id: string): Promise<string> =>
  (await json(`${url}/api/v1/tasks/${id}`)).status;

test('the rights of web and worker are enough: tasks run, are cancelled and acknowledged, what Redis forgets comes again, and nobody is refused anything', async (t) => {
  const env = await commandEnvironment(t, 'redis://127.0.0.1:1');
  await using redis = await startSecuredRedis({ env });
  await using server = await taskwire({ ...env, REDIS_URL: redis.urlOf('web') }, 'web');
  const url = await urlOf(server);
  await ready(url);
  await using worker = await taskwire({ ...env, REDIS_URL: redis.urlOf('worker') }, 'worker');
  await worker.waitForLine(/worker takes tasks/, SLOW_MS);

  const task = { task_name: 'tasks.web.system.analyze_resources', params: { sample_ms: 100 } };
  const first = await post(`${url}/api/v1/tasks`, task);
  const id = first.task_request_id;
  await waitUntil(async () => (await statusOf(url, id)) === 'SUCCESS', {
    what: 'the task',
    timeoutMs: SLOW_MS,
  });
  const [publisher] = (await json(`${url}/api/v1/publishers`)).publishers;
  assert.ok(publisher !== undefined, 'the publisher is known');

  const long = await post(`${url}/api/v1/tasks`, { ...task, params: { sample_ms: 60_000 } });
  await waitUntil(async () => (await statusOf(url, long.task_request_id)) === 'RUNNING', {
    what: 'the long task',
    timeoutMs: SLOW_MS,
  });
  await post(`${url}/api/v1/tasks/${long.task_request_id}/cancel`);
  await waitUntil(async () => (await statusOf(url, long.task_request_id)) === 'CANCELLED', {
    what: 'its cancellation',
    timeoutMs: SLOW_MS,
  });

  await redis.as('admin', 'FLUSHALL');
  const last = await post(`${url}/api/v1/tasks`, task);
  await waitUntil(async () => (await statusOf(url, last.task_request_id)) === 'SUCCESS', {
    what: 'a task after Redis was emptied',
    timeoutMs: SLOW_MS,
  });
  await waitUntil(
    async () =>
      Number(await redis.as('reader', 'XLEN', `${env.TASKWIRE_KEY_PREFIX}task_status_stream`)) === 0,
    {
      what: 'an empty stream',
    },
  );
  assert.deepEqual(await worker.stop(), { code: 0, signal: null });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.deepEqual(await redis.refusals(), []);
});

test('the rights of listener, producer and reader are enough for a listener by itself, a version 0 producer and the doctor', async (t) => {
  const env = await commandEnvironment(t, 'redis://127.0.0.1:1');
  await using redis = await startSecuredRedis({ env });
  await using listener = await taskwire({ ...env, REDIS_URL: redis.urlOf('listener') }, 'listener');
  const url = await urlOf(listener);
  await ready(url);
  const event = JSON.stringify({
    task_request_id: 'from-before',
    status: 'SUCCESS',
    timestamp: new Date().toISOString(),
    data: {},
    worker_container: 'w',
  });
  await redis.as('producer', 'PUBLISH', env.TASK_STATUS_REDIS_CHANNEL, event);
  await redis.as('producer', 'LPUSH', env.TASK_STATUS_QUEUE_NAME, event);
  await waitUntil(
    async () =>
      /^taskwire_events_committed_total\{lane="list"\} 1$/m.test(
        await (await fetch(`${url}/metrics`)).text(),
      ),
    { what: 'the pushed event' },
  );
  const doctor = await run({ ...env, REDIS_URL: redis.urlOf('reader') }, 'doctor', '--json');
  assert.match(doctor.output, /"check":"lanes.listeners","level":"ok"/);
  assert.match(doctor.output, /"check":"redis.access","level":"ok"/);
  assert.deepEqual(await listener.stop(), { code: 0, signal: null });
  const refused = (await redis.refusals()).filter((each) => !each.startsWith('taskwire-reader: '));
  assert.deepEqual(refused, []);
});

test('the rights of a worker are enough for one in Python', async (t) => {
  const env = await commandEnvironment(t, 'redis://127.0.0.1:1');
  await using redis = await startSecuredRedis({ env });
  await using listener = await taskwire({ ...env, REDIS_URL: redis.urlOf('listener') }, 'listener');
  await ready(await urlOf(listener));
  const main = new URL('../../../../test/end-to-end/python_notifier_main.py', import.meta.url);
  await using worker = await startPython(main, {
    arguments: ['--acknowledged'],
    env: { ...env, REDIS_URL: redis.urlOf('worker') },
  });
  await worker.waitForLine(/outbox/, SLOW_MS);
  assert.deepEqual(await listener.stop(), { code: 0, signal: null });
  assert.deepEqual(await redis.refusals(), []);
});

test('doctor says of each user what deploy/redis made it for, and that none can do harm to the server', async (t) => {
  const env = await commandEnvironment(t, 'redis://127.0.0.1:1');
  const names = redisNames(readSettings(env));
  await using redis = await startSecuredRedis({ env });
  const admin = new Redis(redis.urlOf('admin'), { protocol: 2, disableClientInfo: true });
  try {
    const words = {
      worker: /can be a worker, not a listener/,
      web: /can be a listener, not a worker/,
      listener: /can be a listener, not a worker/,
      producer: /can be neither worker .* nor listener/,
      reader: /can be neither worker .* nor listener/,
    };
    for (const [user, expected] of Object.entries(words)) {
      const name = `taskwire-${user}`;
      const rights = await readRedisRights(admin, names, name);
      assert.deepEqual(rights?.dangerous, [], name);
      assert.match(judgeRights(name, rights).found, expected);
    }
    const found = judgeRights('taskwire-admin', await readRedisRights(admin, names, 'taskwire-admin'));
    assert.match(found.found, /may also FLUSHALL, SHUTDOWN/);
  } finally {
    admin.disconnect();
  }
});

/** For each user what it must not get away with; `+` before a command: this it may. */
const forbidden = (env: Readonly<Record<string, string>>): Readonly<Record<UserName, readonly string[]>> => {
  const own = (name: string) => `${env.TASKWIRE_KEY_PREFIX}task_status_${name}`;
  const [stream, acks, beats, changes] = [own('stream'), own('acks'), own('heartbeats'), own('changes')];
  const [channel, queue] = [env.TASK_STATUS_REDIS_CHANNEL, env.TASK_STATUS_QUEUE_NAME];
  const jobs = `bull:${env.TASKWIRE_TASK_QUEUE}:x`;
  const cancel = `${stream}:cancel_requests`;
  const nobody = [
    'FLUSHALL',
    'FLUSHDB',
    'KEYS *',
    'CONFIG GET requirepass',
    'CONFIG SET dir /',
    'ACL SETUSER taskwire-worker on nopass',
    'ACL LIST',
    'MODULE LOAD x.so',
    'REPLICAOF NO ONE',
    'SHUTDOWN NOSAVE',
    'DEBUG SLEEP 0',
    'MONITOR',
    'CLIENT KILL TYPE normal',
    'CLIENT LIST',
    'SCRIPT FLUSH',
    'FUNCTION FLUSH',
    'GET somebody-elses-key',
    'SET somebody-elses-key x',
    'DEL somebody-elses-key',
    `DEL ${stream}`,
    `MIGRATE 127.0.0.1 1 ${stream} 0 10`,
    'SUBSCRIBE somebody-elses-channel',
    'PSUBSCRIBE *',
    'PUBLISH somebody-elses-channel x',
    "EVAL return(redis.call('get','somebody-elses-key')) 0",
    `EVAL return(redis.call('del','${stream}')) 1 ${stream}`,
  ];
  const notTheLanes = [
    `XREADGROUP GROUP task_status_listeners me STREAMS ${stream} >`,
    `XGROUP DESTROY ${stream} task_status_listeners`,
    `XACK ${stream} task_status_listeners 0-1`,
    `XDEL ${stream} 0-1`,
    `XTRIM ${stream} MAXLEN 0`,
    `HSET ${acks} somebody 9`,
    `HDEL ${acks} somebody`,
    `RPOP ${queue}`,
    `PUBLISH ${changes} x`,
  ];
  const notTheQueue = [`HGETALL ${jobs}`, `DEL ${jobs}`, `LPUSH ${jobs} x`];
  const doesNotSend = [`XADD ${stream} * event {}`, `PUBLISH ${channel} {}`, `HSET ${beats} w {}`];
  return {
    worker: [
      ...nobody,
      ...notTheLanes,
      `XRANGE ${stream} - +`,
      `XREAD STREAMS ${stream} 0`,
      `EVAL return(redis.call('xrange',KEYS[1],'-','+')) 1 ${stream}`,
      `EVAL return(redis.call('hset',KEYS[1],'somebody','9')) 1 ${acks}`,
      `SUBSCRIBE ${channel}`,
      `SUBSCRIBE ${changes}`,
      `HGETALL ${beats}`,
      `LPUSH ${queue} x`,
      `ZADD ${cancel} 1 somebodys-task`,
      `ZREM ${cancel} somebodys-task`,
      'SCAN 0',
      `+XADD ${stream} * event {}`,
      `+PUBLISH ${channel} {}`,
      `+HGET ${acks} somebody`,
      `+HSET ${beats} w {}`,
      `+ZMSCORE ${cancel} a`,
      `+HSET ${jobs} a 1`,
    ],
    web: [
      ...nobody,
      ...doesNotSend,
      `XGROUP DESTROY ${stream} task_status_listeners`,
      `RPOP ${queue}`,
      `+DEL ${jobs}`,
    ],
    listener: [...nobody, ...doesNotSend, ...notTheQueue, `ZADD ${cancel} 1 somebodys-task`],
    producer: [
      ...nobody,
      ...notTheLanes,
      ...notTheQueue,
      `XADD ${stream} * event {}`,
      `XLEN ${stream}`,
      `HGET ${acks} somebody`,
      `HSET ${beats} w {}`,
      `LRANGE ${queue} 0 -1`,
      `SUBSCRIBE ${channel}`,
      'SCAN 0',
      `+LPUSH ${queue} x`,
      `+PUBLISH ${channel} {}`,
    ],
    reader: [
      ...nobody,
      ...notTheLanes,
      ...notTheQueue,
      ...doesNotSend,
      `LPUSH ${queue} x`,
      `+LRANGE ${queue} 0 -1`,
    ],
    admin: ['+FLUSHALL', '+ACL LIST'],
  };
};

async function answer(redis: SecuredRedis, user: UserName, words: readonly string[]): Promise<string> {
  const [name = '', ...rest] = words;
  try {
    return String(await redis.as(user, name, ...rest));
  } catch (error) {
    return (error as Error).message;
  }
}

test('no user may do more than its role: whatever else each of them tries is refused by Redis', async (t) => {
  const env = await commandEnvironment(t, 'redis://127.0.0.1:1');
  await using redis = await startSecuredRedis({ env });
  await redis.as('admin', 'SET', 'somebody-elses-key', 'theirs');
  for (const [user, attempts] of Object.entries(forbidden(env)) as [UserName, readonly string[]][]) {
    for (const attempt of attempts) {
      const isAllowed = attempt.startsWith('+');
      const said = await answer(redis, user, attempt.replace(/^\+/, '').split(' '));
      const isRefused = /NOPERM|ACL failure in script|executing the script can't|command not allowed/.test(
        said,
      );
      assert.equal(isRefused, !isAllowed, `${user}: ${attempt}: ${said}`);
    }
  }
});
