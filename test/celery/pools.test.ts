import assert from 'node:assert/strict';
import { it } from 'node:test';
import { prepareCeleryBed } from './celery-bed.ts';

const TASKS = 100;

for (const pool of ['threads', 'gevent', 'eventlet', 'solo'] as const) {
  it(`brings every status of ${TASKS} tasks to the database, once and in order, from a ${pool} pool`, async () => {
    await using bed = await prepareCeleryBed();
    await using worker = await bed.startWorker({ pool, concurrency: pool === 'solo' ? 1 : 10 });

    await bed.send(
      { task: 'add', prefix: 'sum-', count: TASKS - 10, args: ['NUMBER', 1] },
      { task: 'fail', prefix: 'failed-', count: 5, args: ['no'] },
      { task: 'flaky', prefix: 'flaky-', count: 5, args: [2] },
    );
    await bed.allHave('sum-', TASKS - 10, 'PENDING 1, RUNNING 1, SUCCESS 1');
    await bed.allHave('failed-', 5, 'PENDING 1, RUNNING 1, FAILURE 1');
    await bed.allHave('flaky-', 5, 'PENDING 1, RUNNING 1, RETRY 1, RUNNING 2, SUCCESS 2');
    assert.equal(await bed.running.count('dead_letters'), 0);
    assert.equal((await worker.stop(30_000)).code, 0, worker.output());
  });
}
