import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginConnecting, createRedisConnection, endConnection } from '@taskwire/listener';
import { createSecretParams, silentLogger } from '@taskwire/protocol';
import { failOnLeaks, isolatedRedisNames, sharedRedisUrl, waitUntil } from '@taskwire/test-harness';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { createTaskQueue } from './task-queue.ts';

failOnLeaks();

test('the queue tells what became of a task: unknown, waiting, completed with its result, failed with its error', async () => {
  const [url, names] = [await sharedRedisUrl(), isolatedRedisNames()];
  const name = names.prefix.replaceAll(':', '-');
  const redis = createRedisConnection({ url, role: 'test', logger: silentLogger, random: Math.random });
  beginConnecting(redis);
  await waitUntil(() => redis.status === 'ready', { what: 'the connection' });
  const queue = createTaskQueue({ redis, queue: name, names, secrets: createSecretParams([]) });
  const dispatch = {
    task_name: 'tasks.test',
    params: {},
    attempts_max: 1,
    traceparent: null,
    status: 'PENDING',
  } as const;
  await queue.add(['good', 'bad'].map((task_request_id) => ({ ...dispatch, task_request_id })));
  assert.deepEqual(await queue.state('none'), { state: 'unknown' });
  assert.deepEqual(await queue.state('good'), { state: 'waiting' });
  const work = async (job: { readonly id?: string | undefined }) => {
    if (job.id === 'bad') throw new UnrecoverableError('no');
    return { answer: 42 };
  };
  const worker = new Worker(name, work, { connection: { url, maxRetriesPerRequest: null } });
  const good = await waitUntil(
    async () => {
      const answer = await queue.state('good');
      return answer.state === 'completed' && answer;
    },
    { what: 'the end of the good one' },
  );
  assert.deepEqual(good.result, { answer: 42 });
  const bad = await waitUntil(
    async () => {
      const answer = await queue.state('bad');
      return answer.state === 'failed' && answer;
    },
    { what: 'the end of the bad one' },
  );
  assert.equal(bad.error, 'no');
  await worker.close();
  const jobs = new Queue(name, { connection: redis });
  await jobs.obliterate({ force: true });
  await jobs.close();
  await queue.close();
  endConnection(redis);
});
