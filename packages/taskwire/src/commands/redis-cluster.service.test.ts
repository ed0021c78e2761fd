import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOfShards, readSettings, redisNames } from '@taskwire/protocol';
import { failOnLeaks, startRedisCluster, waitUntil } from '@taskwire/test-harness';
import { commandEnvironment, json, ready, run, SLOW_MS, taskwire, urlOf } from '../../test/command-bed.ts';

failOnLeaks();

test('in a Redis Cluster tasks are submitted, run and cancelled, old producers are heard, and the doctor finds everything', async (t) => {
  const given = await commandEnvironment(t, 'redis://127.0.0.1:1');
  const settings = { TASKWIRE_REDIS_CLUSTER: 'true', TASKWIRE_STREAM_SHARDS: '3' };
  const names = redisNames(readSettings({ ...given, ...settings }));
  // The list first: on another node than the first stream.
  const keys = [names.queue, ...namesOfShards(names).map(({ stream }) => stream)];
  await using cluster = await startRedisCluster({ spread: keys });
  const env = { ...given, ...settings, REDIS_URL: cluster.url };
  await using server = await taskwire(env, 'web');
  const url = await urlOf(server);
  await ready(url);
  await using worker = await taskwire(env, 'worker');
  await worker.waitForLine(/worker takes tasks/, SLOW_MS);

  const post = async (path: string, body: object = {}): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(response.ok, `${path}: ${response.status}`);
    const { task_request_id } = (await response.json()) as { readonly task_request_id: string };
    return task_request_id;
  };
  const comesTo = (id: string, status: string) =>
    waitUntil(async () => (await json(`${url}/api/v1/tasks/${id}`)).status === status, {
      what: `${id} to be ${status}`,
      timeoutMs: SLOW_MS,
    });
  const task = { task_name: 'tasks.web.system.analyze_resources', params: { sample_ms: 100 } };
  await comesTo(await post('/api/v1/tasks', task), 'SUCCESS');
  const long = await post('/api/v1/tasks', { ...task, params: { sample_ms: 60_000 } });
  await comesTo(long, 'RUNNING');
  await post(`/api/v1/tasks/${long}/cancel`);
  await comesTo(long, 'CANCELLED');

  const list = await cluster.ownerOf(names.queue);
  const old = { status: 'SUCCESS', timestamp: new Date().toISOString(), data: {}, worker_container: 'w' };
  await list.command('LPUSH', names.queue, JSON.stringify({ ...old, task_request_id: 'pushed' }));
  await comesTo('pushed', 'SUCCESS');

  const doctor = await run(env, 'doctor', '--json');
  for (const check of ['redis.reachable', 'lanes.listeners', 'delivery.health'])
    assert.match(doctor.output, new RegExp(`"check":"${check}","level":"ok"`));
  assert.deepEqual(await worker.stop(), { code: 0, signal: null });
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test('settings about several servers that contradict each other stop the start with one line that names one of them', async (t) => {
  const env = await commandEnvironment(t, 'redis://127.0.0.1:1');
  for (const [settings, line] of [
    [
      { TASKWIRE_STREAM_SHARDS: '0' },
      /TASKWIRE_STREAM_SHARDS: expected a whole number from 1 to 64, got "0"/,
    ],
    [{ TASKWIRE_REDIS_SENTINELS: 'http://s:1' }, /TASKWIRE_REDIS_SENTINELS: expected host:port or addresses/],
    [
      { TASKWIRE_REDIS_CLUSTER: 'true', TASKWIRE_REDIS_SENTINELS: 's:1' },
      /TASKWIRE_REDIS_SENTINELS: expected nothing/,
    ],
  ] as const) {
    const { code, errors } = await run({ ...env, ...settings }, 'listener');
    assert.notEqual(code, 0);
    assert.match(errors, line);
    assert.equal(errors.split('\n').length, 1, errors);
  }
});
