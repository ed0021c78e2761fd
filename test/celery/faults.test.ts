import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { createTaskRequestRepository } from '@taskwire/listener';
import { waitUntil } from '@taskwire/test-harness';
import { type CeleryBed, prepareCeleryBed } from './celery-bed.ts';

/** Messages that a worker had and did not acknowledge are delivered again after so many s; Celery's default is an hour. */
const REDELIVERED_SOON = { broker_transport_options: { visibility_timeout: 4 } };

/** How often each task began and ended, as it wrote down itself. */
function notes(file: string): ReadonlyMap<string, { readonly began: number; readonly ended: number }> {
  const counts = new Map<string, { began: number; ended: number }>();
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    const [word, id] = line.split(' ');
    if (id === undefined) continue;
    const count = counts.get(id) ?? { began: 0, ended: 0 };
    if (word === 'began') count.began++;
    else count.ended++;
    counts.set(id, count);
  }
  return counts;
}

/** What the database has of each of `count` tasks is what that task did. */
async function agreeWithNotes(bed: CeleryBed, prefix: string, count: number, file: string): Promise<void> {
  const histories = await bed.histories(prefix);
  assert.equal(histories.size, count);
  const noted = notes(file);
  for (const [id, history] of histories) {
    const { began, ended } = noted.get(id) ?? { began: 0, ended: 0 };
    const statuses = history.split(', ');
    const times = (status: string) => statuses.filter((each) => each === `${status} 1`).length;
    assert.deepEqual(
      { id, pending: times('PENDING'), running: times('RUNNING'), success: times('SUCCESS') },
      { id, pending: 1, running: began, success: ended },
    );
  }
}

it('loses and doubles nothing when children are killed while no event can be delivered', async () => {
  await using bed = await prepareCeleryBed({ brokerApart: true });
  await using worker = await bed.startWorker({ pool: 'prefork', concurrency: 3 });
  await bed.redis.stop();

  const file = path.join(bed.directory, 'notes');
  await bed.send(
    { task: 'note', prefix: 'noted-', count: 40, args: [file] },
    { task: 'die', prefix: 'killed-', count: 4 },
    { task: 'note', prefix: 'noted-later-', count: 40, args: [file] },
  );
  await waitUntil(() => [...notes(file).values()].filter(({ ended }) => ended === 1).length === 80, {
    what: 'all tasks to have run',
    timeoutMs: 60_000,
  });
  assert.equal(await bed.running.count('task_logs'), 0);
  await bed.redis.start();
  // The next process that sends tasks delivers what the first one had to leave.
  await bed.send({ task: 'add', prefix: 'sum-', args: [1, 1] });

  await bed.allHave('noted-', 80, 'PENDING 1, RUNNING 1, SUCCESS 1');
  await bed.allHave('killed-', 4, 'PENDING 1, RUNNING 1, FAILURE 1');
  assert.equal((await worker.stop(30_000)).code, 0, worker.output());
});

it('loses and doubles nothing when connections are cut again and again, and Redis is restarted', async () => {
  await using bed = await prepareCeleryBed();
  await using worker = await bed.startWorker({
    pool: 'prefork',
    concurrency: 3,
    settings: REDELIVERED_SOON,
  });
  const file = path.join(bed.directory, 'notes');
  await bed.send({ task: 'note', prefix: 'noted-', count: 300, args: [file] });
  const ended = (count: number) =>
    waitUntil(() => [...notes(file).values()].filter((each) => each.ended > 0).length >= count, {
      what: `${count} tasks to have run`,
      timeoutMs: 60_000,
    });
  for (const count of [20, 50, 80]) {
    await ended(count);
    await bed.redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
  }
  await ended(120);
  await bed.redis.stop();
  await bed.redis.start();

  // Celery itself loses a message that Redis was just handing out when the connection was cut: its task stays PENDING.
  await waitUntil(async () => (await bed.redis.command('LLEN', 'celery')) === 0, {
    what: 'an empty queue',
    timeoutMs: 60_000,
  });
  await ended(250);
  await waitUntil(() => agreeWithNotes(bed, 'noted-', 300, file).then(() => true), {
    what: 'the database to have what the tasks did',
    timeoutMs: 60_000,
  });
  // After a lost connection Celery's children wait half a minute for their parent to count results that it never counts.
  assert.equal((await worker.stop(90_000)).code, 0, worker.output());
});

it('fails the task of a worker that was killed, and takes the truth when it is delivered again', async () => {
  await using bed = await prepareCeleryBed({ reconciler: () => ({ graceMs: 2_000 }) });
  const tasks = createTaskRequestRepository(bed.running.database);
  const file = path.join(bed.directory, 'go-on');
  const status = async (id: string) => (await tasks.get(id))?.status;
  await using first = await bed.startWorker({
    pool: 'prefork',
    concurrency: 3,
    settings: REDELIVERED_SOON,
  });
  await bed.send(
    { task: 'wait_for', prefix: 'lost-', args: [file] },
    { task: 'wait_for_late', prefix: 'again-', args: [file] },
  );
  for (const id of ['lost-0', 'again-0']) {
    await waitUntil(async () => (await status(id)) === 'RUNNING', {
      what: `${id} to run`,
      timeoutMs: 30_000,
    });
  }
  await first.kill();
  await waitUntil(async () => (await status('lost-0')) === 'FAILURE', {
    what: 'the loss',
    timeoutMs: 30_000,
  });
  assert.equal((await tasks.get('lost-0'))?.error_type, 'WorkerLost');

  writeFileSync(file, '');
  await using second = await bed.startWorker({ pool: 'prefork', concurrency: 3, settings: REDELIVERED_SOON });
  await waitUntil(async () => (await status('again-0')) === 'SUCCESS', {
    what: 'the second run',
    timeoutMs: 60_000,
  });
  assert.equal(await status('lost-0'), 'FAILURE');
  assert.equal((await second.stop(30_000)).code, 0, second.output());
});

it('tells everything of a pool whose children live for three tasks each', async () => {
  await using bed = await prepareCeleryBed();
  await using worker = await bed.startWorker({
    pool: 'prefork',
    concurrency: 3,
    settings: { worker_max_tasks_per_child: 3 },
  });
  await bed.send({ task: 'add', prefix: 'sum-', count: 40, args: ['NUMBER', 1] });
  await bed.allHave('sum-', 40, 'PENDING 1, RUNNING 1, SUCCESS 1', 120_000);
  assert.equal((await worker.stop(30_000)).code, 0, worker.output());
  await waitUntil(async () => (await bed.running.count('task_workers WHERE stopped_at IS NOT NULL')) >= 10, {
    what: 'the farewell of each child',
  });
});
