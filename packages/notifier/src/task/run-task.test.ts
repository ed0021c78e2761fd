import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventInput } from '../event/event-input.ts';
import { cancelledJobError, judgeJobError, type QueueJob, taskOfJob } from './bullmq-processor.ts';
import { runTask, type TaskContext } from './run-task.ts';
import { createRunningTasks } from './running-tasks.ts';

function stage() {
  const events: EventInput[] = [];
  const running = createRunningTasks();
  let ms = 0;
  const options = {
    publish: (event: EventInput) => events.push(event),
    running,
    elapsedMs: () => ms,
    timestamp: () => '2026-01-01T00:00:00.000000Z',
  };
  return {
    events,
    running,
    options,
    pass: (more: number) => {
      ms += more;
    },
  };
}

const task = { task_request_id: 't', task_name: 'n', attempt: 2 };
const alwaysFailure = () => 'FAILURE' as const;

test('a task that succeeds is RUNNING, then SUCCESS with its result and run time in seconds', async () => {
  const { events, running, options, pass } = stage();
  const result = await runTask(
    task,
    async () => {
      assert.deepEqual(running.ids, ['t']);
      pass(1_234);
      return { answer: 42 };
    },
    alwaysFailure,
    options,
  );
  assert.deepEqual(result, { answer: 42 });
  assert.deepEqual(running.ids, []);
  assert.deepEqual(events, [
    { ...task, status: 'RUNNING', data: { started_at: '2026-01-01T00:00:00.000000Z' } },
    { ...task, status: 'SUCCESS', data: { result: { answer: 42 }, execution_time: 1.234 } },
  ]);
});

test('a task that fails is FAILURE with error, error_type and run time, and its own error is rethrown', async () => {
  const { events, running, options } = stage();
  const thrown = new RangeError('too far');
  const fail = runTask(task, async () => Promise.reject(thrown), alwaysFailure, options);
  await assert.rejects(fail, (error) => error === thrown);
  assert.deepEqual(events[1]?.data, { error: 'too far', error_type: 'RangeError', execution_time: 0 });
  assert.deepEqual(running.ids, []);
});

test('whatever is thrown, the failure is told', async () => {
  const hostile = {
    toString: () => {
      throw new Error('no');
    },
  };
  for (const thrown of [undefined, null, 'text', 5, Symbol('s'), hostile, Object.create(null)]) {
    const { events, options } = stage();
    await runTask(
      task,
      async () => {
        throw thrown;
      },
      alwaysFailure,
      options,
    ).catch(() => {});
    assert.equal(events[1]?.status, 'FAILURE');
    assert.equal(typeof (events[1]!.data as { error: unknown }).error, 'string');
  }
});

test('of many reports the first and the last are told, the last before the status', async () => {
  const { events, options, pass } = stage();
  const work = async ({ report }: TaskContext) => {
    for (let i = 0; i <= 1_000; i++) {
      report(i / 1_000, { i });
      pass(1);
    }
  };
  await runTask(task, work, alwaysFailure, options);
  const progress = events.filter((event) => event.progress !== undefined).map((event) => event.progress);
  assert.ok(progress.length >= 10 && progress.length <= 12, `${progress.length}`);
  assert.equal(progress[0], 0);
  assert.equal(progress.at(-1), 1);
  assert.equal(events.at(-1)?.status, 'SUCCESS');
});

test('a report that makes no sense does no harm', async () => {
  const { events, options, pass } = stage();
  const work = async ({ report }: TaskContext) => {
    for (const progress of [Number.NaN, -5, 7]) {
      report(progress);
      pass(200);
    }
  };
  await runTask(task, work, alwaysFailure, options);
  assert.deepEqual(
    events.flatMap((event) => event.progress ?? []),
    [0, 1],
  );
});

test('a task is running until its last run has ended', async () => {
  const running = createRunningTasks();
  const [first, second] = [running.begin('t'), running.begin('t')];
  first.end();
  first.end();
  assert.deepEqual(running.ids, ['t']);
  second.end();
  assert.deepEqual(running.ids, []);
});

test('a task that is cancelled is told, and is CANCELLED when it gives up', async () => {
  const { events, running, options } = stage();
  const waiting = runTask(
    task,
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    () => 'RETRY',
    { ...options, thrownWhenCancelled: cancelledJobError },
  );
  assert.equal(running.cancel('t'), true);
  assert.equal(running.cancel('t'), false, 'it was told before');
  assert.equal(running.cancel('other'), false);
  await assert.rejects(waiting, { name: 'UnrecoverableError', message: /cancelled/ });
  assert.deepEqual(
    events.map(({ status, data }) => [status, (data as { error?: string }).error]),
    [
      ['RUNNING', undefined],
      ['CANCELLED', 'somebody asked for this task to be cancelled'],
    ],
  );
});

test('a task that is cancelled and succeeds all the same is SUCCESS', async () => {
  const { events, running, options } = stage();
  const work = async () => {
    running.cancel('t');
    return 1;
  };
  assert.equal(await runTask(task, work, alwaysFailure, options), 1);
  assert.equal(events.at(-1)?.status, 'SUCCESS');
});

test('a task that is cancelled and put back to the queue says nothing', async () => {
  const { events, running, options } = stage();
  const work = async () => {
    running.cancel('t');
    throw named('WaitingError');
  };
  await assert.rejects(
    runTask(task, work, () => 'nothing', { ...options, thrownWhenCancelled: cancelledJobError }),
    { name: 'WaitingError' },
  );
  assert.deepEqual(
    events.map(({ status }) => status),
    ['RUNNING'],
  );
});

const job = (changes: Partial<QueueJob> = {}): QueueJob => ({
  id: '17',
  name: 'tasks.web.system.analyze_resources',
  data: {},
  attemptsMade: 0,
  opts: { attempts: 3 },
  ...changes,
});
const named = (name: string): Error => Object.assign(new Error('x'), { name });

test('a job stands for the task it was submitted for, or else for itself', () => {
  assert.equal(taskOfJob(job({ data: { task_request_id: 'r' } }), undefined).task_request_id, 'r');
  for (const data of [{}, null, 'text', { task_request_id: 5 }, { task_request_id: '' }]) {
    assert.equal(taskOfJob(job({ data }), undefined).task_request_id, '17');
  }
  assert.equal(taskOfJob(job({ attemptsMade: 2 }), undefined).attempt, 3);
});

const given = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const queued = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;

test('a job is part of the trace that it was added in, and what is no trace is left out', () => {
  const traceOf = (data: unknown, metadata?: string) =>
    taskOfJob(job({ data, opts: { telemetry: { metadata } } }), undefined).traceparent;
  assert.equal(traceOf({ traceparent: given }), given);
  assert.equal(traceOf({ traceparent: given }, JSON.stringify({ traceparent: queued })), queued);
  for (const metadata of ['', 'null', '{', '{"traceparent":"x"}']) {
    assert.equal(traceOf({ traceparent: given }, metadata), given);
    assert.equal(traceOf({ traceparent: 'x' }, metadata), undefined);
    assert.equal(traceOf(null, metadata), undefined);
  }
});

test('a failed job is RETRY while BullMQ will try it again, and FAILURE then', () => {
  const verdicts = [0, 1, 2].map((attemptsMade) => judgeJobError(job({ attemptsMade }), new Error('x'), {}));
  assert.deepEqual(verdicts, ['RETRY', 'RETRY', 'FAILURE']);
  assert.equal(judgeJobError(job({ opts: {} }), new Error('x'), {}), 'FAILURE');
  assert.equal(judgeJobError(job(), named('UnrecoverableError'), {}), 'FAILURE');
  assert.equal(judgeJobError(job(), new Error('x'), { willRetry: () => false }), 'FAILURE');
});

test('a job that was put off has not failed', () => {
  for (const name of ['DelayedError', 'WaitingError', 'WaitingChildrenError']) {
    assert.equal(judgeJobError(job(), named(name), {}), 'nothing');
  }
  assert.equal(judgeJobError(job(), new Error('bullmq:rateLimitExceeded'), {}), 'nothing');
});
