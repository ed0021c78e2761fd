import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createTaskRequestRepository, type TaskRequestRepository } from '@taskwire/listener';
import { type StartedProcess, waitUntil } from '@taskwire/test-harness';
import { type CeleryBed, prepareCeleryBed } from './celery-bed.ts';

describe('a prefork pool tells', { timeout: 300_000 }, () => {
  let bed: CeleryBed;
  let worker: StartedProcess;
  let tasks: TaskRequestRepository;

  before(async () => {
    bed = await prepareCeleryBed();
    worker = await bed.startWorker({ pool: 'prefork', concurrency: 3 });
    tasks = createTaskRequestRepository(bed.running.database);
  });
  after(async () => {
    await worker[Symbol.asyncDispose]();
    await bed[Symbol.asyncDispose]();
  });

  const row = async (id: string) => {
    const { status, attempt, error, error_type, progress, result } = { ...(await tasks.get(id)) };
    return { status, attempt, error, error_type, progress, result };
  };

  it('of each attempt, and why there was another one', async () => {
    await bed.send({ task: 'flaky', prefix: 'flaky-', args: [3] });
    await bed.allHave('flaky-', 1, 'PENDING 1, RUNNING 1, RETRY 1, RUNNING 2, RETRY 2, RUNNING 3, SUCCESS 3');
    assert.deepEqual(await row('flaky-0'), {
      status: 'SUCCESS',
      attempt: 3,
      error: null,
      error_type: null,
      progress: null,
      result: 2,
    });
  });

  it('of progress, and of errors with their type', async () => {
    await bed.send(
      { task: 'stepwise', prefix: 'steps-', args: [4] },
      { task: 'fail', prefix: 'failed-', args: ['no such thing'] },
      { task: 'hurry', prefix: 'hurried-' },
    );
    await bed.allHave('steps-', 1, 'PENDING 1, RUNNING 1, SUCCESS 1');
    assert.equal((await row('steps-0')).progress, 1);
    await bed.allHave('failed-', 1, 'PENDING 1, RUNNING 1, FAILURE 1');
    const { error, error_type } = await row('failed-0');
    assert.deepEqual({ error, error_type }, { error: 'no such thing', error_type: 'ValueError' });
    await bed.allHave('hurried-', 1, 'PENDING 1, RUNNING 1, FAILURE 1');
    assert.equal((await row('hurried-0')).error_type, 'SoftTimeLimitExceeded');
  });

  it('of a child that was killed in its task, also in a later attempt; other tasks do not notice', async () => {
    await bed.send(
      { task: 'die', prefix: 'killed-' },
      { task: 'die_in_attempt', prefix: 'killed-later-', args: [2] },
      { task: 'add', prefix: 'beside-', count: 20, args: ['NUMBER', 1] },
      { task: 'dawdle', prefix: 'dawdled-' },
    );
    await bed.allHave('beside-', 20, 'PENDING 1, RUNNING 1, SUCCESS 1');
    await bed.allHave('killed-0', 1, 'PENDING 1, RUNNING 1, FAILURE 1');
    assert.equal((await row('killed-0')).error_type, 'WorkerLostError');
    await bed.allHave('killed-later-', 1, 'PENDING 1, RUNNING 1, RETRY 1, RUNNING 2, FAILURE 2');
    await bed.allHave('dawdled-', 1, 'PENDING 1, RUNNING 1, FAILURE 1');
    assert.equal((await row('dawdled-0')).error_type, 'TimeLimitExceeded');
  });

  it('of a task that is delivered again after the death of its child', async () => {
    await bed.send({ task: 'die_once', prefix: 'again-', args: [path.join(bed.directory, 'died')] });
    await bed.allHave('again-', 1, 'PENDING 1, RUNNING 1, RUNNING 1, SUCCESS 1');
    assert.equal((await row('again-0')).result, 'better luck this time');
  });

  it('of a task that is revoked before it runs, and of one that is terminated while it does', async () => {
    const file = path.join(bed.directory, 'go-on');
    await bed.revoke('revoked-0', false);
    await bed.send(
      { task: 'wait_for', prefix: 'terminated-', args: [file] },
      { task: 'add', prefix: 'revoked-', args: [1, 1] },
    );
    await waitUntil(async () => (await row('terminated-0')).status === 'RUNNING', {
      what: 'the task to run',
    });
    await bed.revoke('terminated-0', true);
    await bed.allHave('terminated-', 1, 'PENDING 1, RUNNING 1, CANCELLED 1');
    await bed.allHave('revoked-', 1, 'PENDING 1, CANCELLED 1');
    writeFileSync(file, '');
  });

  it('of nothing twice, and leaves nothing behind', async () => {
    assert.equal(await bed.running.count('dead_letters'), 0);
    assert.equal((await worker.stop(30_000)).code, 0, worker.output());
    const open = "task_requests WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELLED')";
    assert.equal(await bed.running.count(open), 0);
  });
});
