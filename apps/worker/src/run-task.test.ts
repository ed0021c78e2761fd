import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger, TaskwireError } from '@taskwire/protocol';
import Type from 'typebox';
import { servicesInTest } from '../test/run-in-test.ts';
import { runTask } from './run-task.ts';
import { defineTask, type Task } from './task.ts';
import { TASKS } from './tasks/index.ts';

const run = (task: Task | undefined, signal = new AbortController().signal) =>
  runTask(task, 'tasks.test', {
    parameters: {},
    report: () => {},
    signal,
    logger: silentLogger,
    services: servicesInTest(),
  });

const deaf = defineTask({
  name: 'tasks.test',
  parameters: Type.Object({}),
  durationMsMax: 20,
  run: () => new Promise(() => {}),
});

test('the worker has the nine tasks, under the names they are submitted by', () => {
  assert.deepEqual([...TASKS.keys()].sort(), [
    'tasks.web.certificate.decrypt_certificate_data',
    'tasks.web.certificate.encrypt_certificate_data',
    'tasks.web.certificate.validate_certificate_batch',
    'tasks.web.diagnostics.analyze_connectivity_matrix',
    'tasks.web.diagnostics.analyze_network_performance',
    'tasks.web.diagnostics.analyze_ssl_certificates',
    'tasks.web.system.analyze_cleanup_statistics',
    'tasks.web.system.analyze_file_cleanup_patterns',
    'tasks.web.system.analyze_resources',
  ]);
});

test('an unknown task is an error that no retry helps', async () => {
  await assert.rejects(
    run(undefined),
    (error: unknown) => error instanceof TaskwireError && error.code === 'task_unknown' && !error.retryable,
  );
});

test('a task that does not end is ended after its time, though it does not listen', async () => {
  await assert.rejects(
    run(deaf),
    (error: unknown) => error instanceof TaskwireError && error.code === 'task_timeout',
  );
});

test('an aborted task ends at once with the reason, also one that does not listen', async () => {
  const abort = new AbortController();
  const running = run({ ...deaf, durationMsMax: 60_000 }, abort.signal);
  abort.abort(new TaskwireError('stopped', 'the worker stops'));
  await assert.rejects(running, { code: 'stopped' });
  await assert.rejects(run({ ...deaf, durationMsMax: 60_000 }, abort.signal), { code: 'stopped' });
});
