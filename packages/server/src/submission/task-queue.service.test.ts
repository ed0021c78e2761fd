import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginConnecting, createRedisConnection, endConnection } from '@taskwire/listener';
import { createSecretParams, silentLogger } from '@taskwire/protocol';
import { failOnLeaks, isolatedRedisNames, sharedRedisUrl, waitUntil } from '@taskwire/test-harness';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { createTaskQueue } from './task-queue.ts';

failOnLeaks();

const dispatch = {
  task_name: 'tasks.test',
  params: {},
  attempts_max: 1,
  traceparent: null,
  status: 'PENDING',
} as const;

test('the queue tells what became of a task: unknown, waiting, completed with its result, failed with its error', async () => {
  const { queue, name, url, end } = await emptyQueue();
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
  await end();
});

test('whoever asks at the moment a task ends is told its result, or that it has not ended', async () => {
  const { queue, name, url, end } = await emptyQueue();
  const worker = new Worker(name, async () => 'done', { connection: { url, maxRetriesPerRequest: null } });
  const results: unknown[] = [];
  for (let index = 0; index < 100; index++) {
    const task_request_id = `task-${index}`;
    await queue.add([{ ...dispatch, task_request_id }]);
    const deadline = performance.now() + 10_000;
    let answer = await queue.state(task_request_id);
    // Without any pause, so that some questions are answered while the task ends.
    while (answer.state === 'waiting' || answer.state === 'active') {
      assert.ok(performance.now() < deadline, `${task_request_id} has not ended after 10 s`);
      answer = await queue.state(task_request_id);
    }
    results.push(answer.state === 'completed' ? answer.result : answer);
  }
  assert.deepEqual(results, Array(100).fill('done'));
  await worker.close();
  await end();
});

async function emptyQueue() {
  const [url, names] = [await sharedRedisUrl(), isolatedRedisNames()];
  const name = names.prefix.replaceAll(':', '-');
  const redis = createRedisConnection({ url, role: 'test', logger: silentLogger, random: Math.random });
  beginConnecting(redis);
  await waitUntil(() => redis.status === 'ready', { what: 'the connection' });
  const queue = createTaskQueue({
    connectionTo: () => redis,
    queue: name,
    names,
    secrets: createSecretParams([]),
  });
  const end = async () => {
    const jobs = new Queue(name, { connection: redis });
    await jobs.obliterate({ force: true });
    await jobs.close();
    await queue.close();
    endConnection(redis);
  };
  return { queue, name, url, end };
}
