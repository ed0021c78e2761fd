import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { cancelRequestsKey, type Logger, TaskwireError } from '@taskwire/protocol';
import {
  eventsOfEntry,
  failOnLeaks,
  isolatedRedisNames,
  sharedRedisUrl,
  waitUntil,
} from '@taskwire/test-harness';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import Type from 'typebox';
import { servicesInTest } from '../test/run-in-test.ts';
import { defineTask, type Task } from './task.ts';
import { createTaskWorker } from './task-worker.ts';
import { TASKS } from './tasks/index.ts';

failOnLeaks();

interface SeenEvent {
  readonly status: string;
  readonly attempt: number;
  readonly task_name: string;
  readonly progress?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A queue, a notifier and as many workers as asked for, on names of their own. */
async function setUp(t: TestContext, extraTasks: readonly Task[] = []) {
  const redisUrl = await sharedRedisUrl();
  const names = isolatedRedisNames();
  const queueName = names.prefix.replaceAll(':', '-');
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-worker-'));
  const queue = new Queue(queueName, { connection: { url: redisUrl } });
  const redis = new Redis(redisUrl);
  const lines: string[] = [];
  const log = (fields: object, message: string) => lines.push(JSON.stringify([message, fields]));
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const certificateKeys = `k1:${randomBytes(32).toString('base64')}`;
  const notifier = createTaskStatusNotifier({
    redisUrl,
    names,
    workerContainer: 'test-worker',
    outboxPath: path.join(directory, 'outbox.sqlite'),
    stopTimeoutMs: 100,
  });
  await notifier.start();
  const tasks = new Map([...TASKS, ...extraTasks.map((task) => [task.name, task] as const)]);
  const newWorker = () =>
    createTaskWorker({
      redisUrl,
      queue: queueName,
      concurrency: 2,
      tasks,
      services: servicesInTest({ certificateKeys }),
      notifier,
      logger,
    });
  const worker = newWorker();
  await worker.start();
  t.after(async () => {
    await worker.stop();
    await notifier.stop();
    await queue.obliterate({ force: true });
    await queue.close();
    redis.disconnect();
    rmSync(directory, { recursive: true, force: true });
  });

  const eventsOf = async (id: string): Promise<readonly SeenEvent[]> => {
    const entries = await redis.xrange(names.stream, '-', '+');
    return entries
      .flatMap(([, fields]) => eventsOfEntry(fields))
      .map(({ event }) => JSON.parse(event))
      .filter((event) => event.task_request_id === id);
  };
  return {
    queue,
    worker,
    newWorker,
    lines,
    eventsOf,
    askToCancel: (id: string) => redis.zadd(cancelRequestsKey(names), Date.now(), id),
    streamText: async () => JSON.stringify(await redis.xrange(names.stream, '-', '+')),
    submit: (id: string, name: string, params: unknown, options: object = {}) =>
      queue.add(name, { task_request_id: id, params }, { jobId: id, ...options }),
    /** The events of a task once one of this status is there. */
    eventsUntil: (id: string, status: string) =>
      waitUntil(
        async () => {
          const events = await eventsOf(id);
          return events.some((event) => event.status === status) && events;
        },
        { what: `${status} of ${id} on the stream` },
      ),
  };
}

test('a task goes from the queue through the worker, and its story is on the stream', async (t) => {
  const { submit, eventsUntil, queue } = await setUp(t);
  await submit('task-1', 'tasks.web.system.analyze_resources', { sample_ms: 300 });
  const events = await eventsUntil('task-1', 'SUCCESS');
  assert.equal(events[0]?.status, 'RUNNING');
  assert.equal(events.at(-1)?.status, 'SUCCESS');
  assert.ok(events.some(({ progress }) => progress !== undefined && progress > 0));
  assert.deepEqual(
    new Set(events.map(({ task_name }) => task_name)),
    new Set(['tasks.web.system.analyze_resources']),
  );
  const { result, execution_time } = events.at(-1)!.data as {
    result: { cpu: object };
    execution_time: number;
  };
  assert.ok(result.cpu);
  assert.ok(execution_time >= 0.3);
  await waitUntil(async () => (await queue.getJobState('task-1')) === 'completed', {
    what: 'the job to be done',
  });
});

test('what no retry can help fails once, whatever attempts are left, with its code as error_type', async (t) => {
  const { submit, eventsUntil, queue } = await setUp(t);
  const attempts = { attempts: 5 };
  for (const [id, name, params, code] of [
    ['unknown', 'tasks.web.no_such_task', {}, 'task_unknown'],
    ['invalid', 'tasks.web.system.analyze_resources', { sample_ms: 'long' }, 'parameters_invalid'],
    [
      'refused',
      'tasks.web.diagnostics.analyze_network_performance',
      { host: '127.0.0.1' },
      'network_target_refused',
    ],
    ['tampered', 'tasks.web.certificate.decrypt_certificate_data', { encrypted: 'x' }, 'ciphertext_tampered'],
  ] as const) {
    await submit(id, name, params, attempts);
    const events = await eventsUntil(id, 'FAILURE');
    assert.deepEqual(
      events.map(({ status }) => status),
      ['RUNNING', 'FAILURE'],
      id,
    );
    assert.equal(events.at(-1)?.data.error_type, code);
    assert.match(String(events.at(-1)?.data.error), /\w+ \w+/);
    const job = await waitUntil(async () => (await queue.getJobState(id)) === 'failed' && queue.getJob(id), {
      what: 'the job to have failed',
    });
    assert.equal(job.attemptsMade, 1);
  }
});

test('what can be retried is RETRY while attempts are left, and then FAILURE', async (t) => {
  let runs = 0;
  const shaky = defineTask({
    name: 'tasks.test.shaky',
    parameters: Type.Object({}),
    durationMsMax: 10_000,
    run: async () => {
      runs++;
      throw new TaskwireError('host_unresolved', 'host "gone" has no address');
    },
  });
  const { submit, eventsUntil } = await setUp(t, [shaky]);
  await submit('shaky', 'tasks.test.shaky', {}, { attempts: 2 });
  const events = await eventsUntil('shaky', 'FAILURE');
  assert.deepEqual(
    events.map(({ status, attempt }) => [status, attempt]),
    [
      ['RUNNING', 1],
      ['RETRY', 1],
      ['RUNNING', 2],
      ['FAILURE', 2],
    ],
  );
  assert.equal(events.at(-1)?.data.error_type, 'host_unresolved');
  assert.equal(runs, 2);
});

test('plaintext to encrypt is neither in events nor in log lines, also where the task fails', async (t) => {
  const { submit, eventsUntil, streamText, lines } = await setUp(t);
  const data = 'the very secret plaintext';
  await submit('good', 'tasks.web.certificate.encrypt_certificate_data', { data });
  await eventsUntil('good', 'SUCCESS');
  await submit('bad', 'tasks.web.certificate.encrypt_certificate_data', { data: [data] });
  await eventsUntil('bad', 'FAILURE');
  assert.ok(!(await streamText()).includes('very secret'));
  assert.ok(lines.length > 0 && !lines.join('\n').includes('very secret'));
});

test('of a job with secrets nothing is left in the queue when it has ended, and while it is tried again all is', async (t) => {
  const { queue, submit, eventsUntil } = await setUp(t);
  const ENCRYPT = 'tasks.web.certificate.encrypt_certificate_data';
  const dataOf = async (id: string) => JSON.stringify((await queue.getJob(id))?.data);
  const good = { task_request_id: 'good', params: { data: 'the very secret plaintext' }, has_secrets: true };
  await queue.add(ENCRYPT, good, { jobId: 'good' });
  await queue.add(
    ENCRYPT,
    { task_request_id: 'bad', params: { data: [1] }, has_secrets: true },
    { jobId: 'bad' },
  );
  const params = { host: 'does-not-exist.invalid', port: 1 };
  const again = { task_request_id: 'again', params, has_secrets: true };
  await queue.add('tasks.web.diagnostics.analyze_network_performance', again, {
    jobId: 'again',
    attempts: 2,
    backoff: { type: 'fixed', delay: 60_000 },
  });
  await submit('open', ENCRYPT, { data: 'not marked' });
  await eventsUntil('again', 'RETRY');
  for (const id of ['good', 'bad']) {
    await waitUntil(async () => (await dataOf(id)) === JSON.stringify({ task_request_id: id }), {
      what: `the parameters of ${id} to be forgotten`,
    });
  }
  await eventsUntil('open', 'SUCCESS');
  assert.match(await dataOf('open'), /not marked/);
  assert.deepEqual(JSON.parse(await dataOf('again')), again);
});

test('a running task is put back when its worker stops, and the next worker ends it', async (t) => {
  let runs = 0;
  const long = defineTask({
    name: 'tasks.test.long',
    parameters: Type.Object({}),
    durationMsMax: 60_000,
    run: ({ signal }) =>
      ++runs > 1
        ? Promise.resolve({ run: runs })
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  const { submit, eventsUntil, eventsOf, worker, newWorker, queue } = await setUp(t, [long]);
  await submit('long', 'tasks.test.long', {});
  await eventsUntil('long', 'RUNNING');
  const startedMs = performance.now();
  await worker.stop();
  assert.ok(performance.now() - startedMs < 3_000);
  assert.equal(await queue.getJobState('long'), 'waiting');
  assert.deepEqual(
    (await eventsOf('long')).map(({ status }) => status),
    ['RUNNING'],
  );

  await using next = newWorker();
  await next.start();
  const events = await eventsUntil('long', 'SUCCESS');
  assert.deepEqual(
    events.map(({ status, attempt }) => [status, attempt]),
    [
      ['RUNNING', 1],
      ['RUNNING', 1],
      ['SUCCESS', 1],
    ],
  );
});

test('a task that somebody cancels is told, ends as CANCELLED, and is not tried again', async (t) => {
  const patient = defineTask({
    name: 'tasks.test.patient',
    parameters: Type.Object({}, { additionalProperties: false }),
    durationMsMax: 60_000,
    run: ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      ),
  });
  const { queue, submit, eventsUntil, askToCancel } = await setUp(t, [patient]);
  await submit('unwanted', 'tasks.test.patient', {}, { attempts: 3 });
  await eventsUntil('unwanted', 'RUNNING');
  await askToCancel('unwanted');
  const events = await eventsUntil('unwanted', 'CANCELLED');
  assert.deepEqual(
    events.map(({ status }) => status),
    ['RUNNING', 'CANCELLED'],
  );
  assert.equal(events.at(-1)?.data.error_type, 'task_cancelled');
  await waitUntil(async () => (await (await queue.getJob('unwanted'))?.getState()) === 'failed', {
    what: 'the end of the job',
  });

  // Cancelled before a worker takes it: it is told shortly after it has begun.
  await askToCancel('too-late');
  await submit('too-late', 'tasks.test.patient', {}, { attempts: 3 });
  assert.equal((await eventsUntil('too-late', 'CANCELLED')).at(-1)?.attempt, 1);
});
