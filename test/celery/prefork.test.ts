import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTaskRequestRepository } from '@taskwire/listener';
import { waitUntil } from '@taskwire/test-harness';
import { prepareCeleryBed } from './celery-bed.ts';

const TASKS = Number(process.env.CELERY_TASKS ?? 1_000);

it(`brings every status of ${TASKS} tasks of a prefork pool to the database, once and in order`, async () => {
  await using bed = await prepareCeleryBed();
  await using worker = await bed.startWorker({ pool: 'prefork', concurrency: 4 });

  await bed.send({ task: 'add', prefix: 'sum-', count: TASKS, args: ['NUMBER', 1] });
  await bed.allHave('sum-', TASKS, 'PENDING 1, RUNNING 1, SUCCESS 1');

  const tasks = createTaskRequestRepository(bed.running.database);
  const row = await tasks.get('sum-7');
  assert.deepEqual(
    { status: row?.status, result: row?.result, name: row?.task_name, worker: row?.worker_source },
    { status: 'SUCCESS', result: 8, name: 'celery_tasks.add', worker: 'celery-worker' },
  );
  assert.equal(await bed.running.count('dead_letters'), 0);
  await waitUntil(async () => (await bed.running.count('task_workers')) >= 6, {
    what: 'parent and children',
  });
  assert.deepEqual((await worker.stop()).code, 0, worker.output());
});
