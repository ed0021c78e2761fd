import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  failOnLeaks,
  isolatedRedisNames,
  sharedRedisUrl,
  startProcess,
  startRedis,
} from '@taskwire/test-harness';
import { Queue } from 'bullmq';

failOnLeaks();

const MAIN = new URL('main.ts', import.meta.url);
const LONG_TASK = 'tasks.web.system.analyze_resources';

function environment(t: TestContext, redisUrl: string) {
  const names = isolatedRedisNames();
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-main-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const queue = names.prefix.replaceAll(':', '-');
  return {
    REDIS_URL: redisUrl,
    TASKWIRE_TASK_QUEUE: queue,
    TASKWIRE_DATA_DIR: directory,
    TASKWIRE_KEY_PREFIX: names.prefix,
    TASK_STATUS_REDIS_CHANNEL: names.channel,
    TASK_STATUS_QUEUE_NAME: names.queue,
  };
}

test('a wrong setting stops the start with one line that names it', async (t) => {
  const right = environment(t, 'redis://127.0.0.1:1');
  for (const [name, value] of [
    ['REDIS_URL', 'foo'],
    ['TASKWIRE_WORKER_CONCURRENCY', 'many'],
    ['TASKWIRE_NETWORK_ALLOW', '10.0.0.0/99'],
    ['TASKWIRE_CERTIFICATE_KEYS', 'k1:dG9vIHNob3J0'],
    ['TASKWIRE_CERTIFICATE_KEYS_FILE', '/no/such/file'],
    ['TASKWIRE_REDIS_CA_FILE', '/no/such/file'],
    ['TASKWIRE_NETWORK_ALOW', '10.0.0.0/8'],
  ] as const) {
    await using worker = await startProcess(MAIN, { env: { ...right, [name]: value } });
    assert.deepEqual(await worker.exited, { code: 1, signal: null }, name);
    assert.equal(worker.output().trim().split('\n').length, 1, worker.output());
    assert.ok(worker.output().includes(name), worker.output());
  }
});

test('SIGTERM ends an idle worker with exit code 0 in less than 5 s', async (t) => {
  await using worker = await startProcess(MAIN, { env: environment(t, await sharedRedisUrl()) });
  await worker.waitForLine(/worker takes tasks/);
  assert.deepEqual(await worker.stop(5_000), { code: 0, signal: null });
});

test('SIGTERM in the middle of a task puts it back and ends in less than 5 s', async (t) => {
  const redisUrl = await sharedRedisUrl();
  const env = environment(t, redisUrl);
  const queue = new Queue(env.TASKWIRE_TASK_QUEUE, { connection: { url: redisUrl } });
  t.after(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
  });
  await using worker = await startProcess(MAIN, { env });
  await queue.add(LONG_TASK, { task_request_id: 'long', params: { sample_ms: 60_000 } }, { jobId: 'long' });
  await worker.waitForLine(/task begins/);
  assert.deepEqual(await worker.stop(5_000), { code: 0, signal: null });
  assert.equal(await queue.getJobState('long'), 'waiting');
});

test('without Redis the worker starts, waits for it, takes tasks within two seconds of its coming, and stops', async (t) => {
  await using redis = await startRedis();
  await redis.kill();
  const env = environment(t, redis.url);
  await using worker = await startProcess(MAIN, { env });
  await worker.waitForLine(/queue cannot be read/);
  await redis.start();
  await worker.waitForLine(/worker takes tasks/, 2_000);
  await redis.kill();
  assert.deepEqual(await worker.stop(5_000), { code: 0, signal: null });
});
