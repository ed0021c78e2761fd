import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { openPostgres } from '@taskwire/listener';
import { createEventIdSource, eventData } from '@taskwire/protocol';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  startPostgres,
  startProcess,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import { queueName, startApi } from '../test/start-api.ts';

failOnLeaks();

const wish = { task_name: 'tasks.test', params: { a: 1 } };

test('a task submitted while Redis is away is taken at once and queued within two seconds of its return', async () => {
  await using redis = await startRedis();
  await using database = openPostgres({ url: await freshDatabaseUrl() });
  await using api = await startApi({ database, redisUrl: redis.url, names: isolatedRedisNames() });
  await api.post('/api/v1/tasks', { ...wish, task_request_id: 'before' });
  await waitUntil(() => api.jobs.getJob('before'), { what: 'the first job' });
  await redis.kill();

  const begun = performance.now();
  const { status } = await api.post('/api/v1/tasks', { ...wish, task_request_id: 'meanwhile' });
  assert.equal(status, 202);
  assert.ok(performance.now() - begun < 500, 'it did not wait for Redis');
  const degraded = await waitUntil(
    async () => {
      const ready = await api.get('/health/ready');
      return ready.body.state === 'degraded' && ready;
    },
    { what: 'the word that Redis is away' },
  );
  assert.equal(degraded.status, 200);
  const part = degraded.body.parts.find((each: { part: string }) => each.part === 'task_queue');
  assert.match(part.detail, /Redis/);
  assert.match(part.meaning, /kept in the database/);

  await redis.start();
  await waitUntil(() => api.jobs.getJob('meanwhile'), { what: 'the job of the meantime', timeoutMs: 2_000 });
  await waitUntil(async () => (await api.get('/health/ready')).body.state === 'ok', { what: 'recovery' });
});

test('an API that starts while Redis is away takes tasks, and queues them when it comes', async () => {
  await using redis = await startRedis();
  await redis.kill();
  await using database = openPostgres({ url: await freshDatabaseUrl() });
  await using api = await startApi({ database, redisUrl: redis.url, names: isolatedRedisNames() });
  assert.equal((await api.post('/api/v1/tasks', { ...wish, task_request_id: 'early' })).status, 202);
  await redis.start();
  await waitUntil(() => api.jobs.getJob('early'), { what: 'the job', timeoutMs: 3_000 });
});

test('a task whose web process is killed between COMMIT and queue is queued by the next one', async () => {
  const [databaseUrl, redisUrl, names] = [
    await freshDatabaseUrl(),
    await sharedRedisUrl(),
    isolatedRedisNames(),
  ];
  await using killed = await startProcess(
    new URL('../test/killed-before-dispatch-main.ts', import.meta.url),
    {
      arguments: [JSON.stringify({ databaseUrl, redisUrl, names })],
    },
  );
  assert.equal((await killed.exited).signal, 'SIGKILL', killed.output());

  await using database = openPostgres({ url: databaseUrl });
  await using api = await startApi({ database, redisUrl, names });
  const job = await waitUntil(() => api.jobs.getJob('killed'), { what: 'the job' });
  assert.deepEqual(job.data, { task_request_id: 'killed', params: { a: 1 } });
  assert.equal((await api.get('/api/v1/tasks/killed')).body.status, 'PENDING');
  await api.jobs.obliterate({ force: true });
});

test('a task that was queued but not confirmed as such is not queued twice, and never when it has begun', async () => {
  const [redisUrl, names] = [await sharedRedisUrl(), isolatedRedisNames()];
  await using database = openPostgres({ url: await freshDatabaseUrl() });
  const stuck = { add: async () => Promise.reject(new Error('not now')), close: async () => {} };
  {
    await using first = await startApi({ database, redisUrl, names, queue: stuck });
    for (const id of ['queued', 'begun']) await first.post('/api/v1/tasks', { ...wish, task_request_id: id });
    await first.jobs.add('tasks.test', { task_request_id: 'queued', params: { a: 1 } }, { jobId: 'queued' });
    const begun = {
      schema_version: 0,
      event_id: createEventIdSource({ now: Date.now, random: randomBytes })(),
      task_request_id: 'begun',
      status: 'RUNNING',
      event_time_us: Date.now() * 1000,
      data: eventData('RUNNING', {}),
      worker_container: 'w',
      task_name: null,
      attempt: 1,
      progress: null,
      publisher_id: null,
      sequence: null,
      source: null,
      traceparent: null,
    } as const;
    await first.service.apply({
      events: [{ event: begun, lane: 'stream', payload: '' }],
      deadLetters: [],
    });
  }
  await using second = await startApi({ database, redisUrl, names });
  await waitUntil(async () => (await second.service.pendingDispatches(10)).length === 0, {
    what: 'the confirmations',
  });
  assert.equal(await second.jobs.getJob('begun'), undefined);
  assert.deepEqual(
    (await second.jobs.getWaiting()).map((job) => job.id),
    ['queued'],
  );
  await second.jobs.obliterate({ force: true });
});

test('without its database the API answers 503 with Retry-After, says so in health, and comes back by itself', async () => {
  await using postgres = await startPostgres();
  await using database = openPostgres({ url: await postgres.createDatabase() });
  await using api = await startApi({
    database,
    redisUrl: await sharedRedisUrl(),
    names: isolatedRedisNames(),
  });
  assert.equal((await api.get('/health/ready')).status, 200);
  await postgres.stop();
  for (const ask of [
    () => api.post('/api/v1/tasks', wish),
    () => api.get('/api/v1/tasks'),
    () => api.get('/api/v1/stats'),
    () => api.get('/api/v1/workers'),
    () => api.get('/api/v1/dead-letters'),
    () => api.post('/api/v1/dead-letters/1/replay'),
  ]) {
    const { status, headers, body } = await ask();
    assert.equal(status, 503);
    assert.equal(body.code, 'database_unavailable');
    assert.ok(Number(headers.get('retry-after')) > 0);
    assert.doesNotMatch(body.detail, /127\.0\.0\.1|ECONN/);
  }
  const down = await waitUntil(
    async () => {
      const ready = await api.get('/health/ready');
      return ready.status === 503 && ready;
    },
    { what: '503 from /health/ready' },
  );
  const part = down.body.parts.find((each: { part: string }) => each.part === 'api');
  assert.deepEqual([down.body.ready, part.state], [false, 'down']);
  assert.ok(Date.parse(part.since) > Date.now() - 60_000);
  assert.equal((await api.get('/health/live')).status, 200);
  await postgres.start();
  await waitUntil(async () => (await api.get('/health/ready')).status === 200, { what: 'its return' });
  assert.equal((await api.post('/api/v1/tasks', wish)).status, 202);
});

test('two replicas that dispatch at the same time queue each task once', async () => {
  const [redisUrl, names, databaseUrl] = [
    await sharedRedisUrl(),
    isolatedRedisNames(),
    await freshDatabaseUrl(),
  ];
  await using one = openPostgres({ url: databaseUrl });
  await using two = openPostgres({ url: databaseUrl });
  await using first = await startApi({ database: one, redisUrl, names });
  await using second = await startApi({ database: two, redisUrl, names });
  const ids = Array.from({ length: 40 }, (_, index) => `both-${index}`);
  const answers = await Promise.all(
    ids.map((task_request_id, index) =>
      (index % 2 === 0 ? first : second).post('/api/v1/tasks', { ...wish, task_request_id }),
    ),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
  await waitUntil(async () => (await first.service.pendingDispatches(10)).length === 0, {
    what: 'all confirmations',
  });
  const waiting = (await first.jobs.getWaiting()).map((job) => job.id);
  assert.deepEqual(waiting.toSorted(), ids.toSorted());
  assert.equal(await first.jobs.count(), ids.length, queueName(names));
  await first.jobs.obliterate({ force: true });
});
