import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { setTimeout as lasts } from 'node:timers/promises';
import { type StartedProcess, startProcess, startRedis } from '@taskwire/test-harness';
import { assertClean } from '../assert-clean.ts';
import { type Battlefield, prepareBattlefield } from '../battlefield.ts';
import type { TimedTasksConfig, TimedTasksView } from '../load/timed-tasks-main.ts';
import { observe } from '../observe.ts';
import { PATIENCE_MS, promised } from '../patience.ts';

const PUBLISHERS = 20;
const EVENTS_PER_S = 100;

async function twentyPublishers(field: Battlefield): Promise<void> {
  await Promise.all(
    Array.from({ length: PUBLISHERS }, (_, slot) => field.startPublisher({ slot, eventsPerS: EVENTS_PER_S })),
  );
}

it('F2: a minute of kills, 300 ms after each start, under 2,000 events a second, and work goes on within 2 s each time', async (t) => {
  await using field = await prepareBattlefield();
  let listener = await field.startListener();
  await twentyPublishers(field);
  const recoveryMs: number[] = [];
  // On a machine that is busy with other things a minute may be too short for twenty starts.
  for (const endMs = performance.now() + 60_000; performance.now() < endMs || recoveryMs.length < 20; ) {
    await lasts(300);
    await listener.kill();
    const startedMs = performance.now();
    const progress = field.progress(1);
    listener = await field.startListener();
    await progress;
    recoveryMs.push(performance.now() - startedMs);
  }
  const sorted = recoveryMs.map(Math.round).toSorted((a, b) => a - b);
  const longest = sorted.at(-1) ?? 0;
  const bound = promised(2_000);
  t.diagnostic(
    `${sorted.length} kills; work went on after ${sorted[Math.floor(sorted.length / 2)]} ms at the median, ${longest} ms at most; on this machine now 2 s mean ${bound} ms`,
  );
  await assertClean(field);
  assert.ok(longest < bound, `work went on after ${longest} ms`);
});

it('F6: FLUSHALL every second for 30 s under 2,000 events a second', async () => {
  await using field = await prepareBattlefield();
  await field.startListener();
  await twentyPublishers(field);
  for (let second = 0; second < 30; second++) {
    await lasts(1_000);
    await field.redis.command('FLUSHALL');
  }
  await assertClean(field);
});

it('F7: three minutes without Redis: tasks run as long as beside a Redis that is there, and all is delivered afterwards', async (t) => {
  await using field = await prepareBattlefield();
  await using other = await startRedis();
  await field.startListener();
  const [without, beside] = await Promise.all(
    [field.redis.url, other.url].map((redisUrl, index) => startTimedTasks(field, redisUrl, index)),
  );
  assert.ok(without && beside);
  await field.startPublishers(5, { eventsPerS: EVENTS_PER_S });
  await field.progress(500);
  await field.redis.stop();
  const before = field.ledger().accepted.size;
  for (const worker of [without, beside]) process.kill(worker.pid, 'SIGUSR1');
  await lasts(180_000);
  const [tasksWithout, tasksBeside] = await Promise.all([without, beside].map(observeTimedTasks));
  assert.ok(tasksWithout && tasksBeside);
  t.diagnostic(`without Redis ${JSON.stringify(tasksWithout)}; beside it ${JSON.stringify(tasksBeside)}`);
  assert.ok(tasksWithout.tasks > 0.9 * tasksBeside.tasks, 'as many tasks ended');
  assert.ok(tasksWithout.ms_median < 1.1 * tasksBeside.ms_median + 0.5, 'each took as long');
  const accepted = field.ledger().accepted.size - before;
  assert.ok(accepted > 0.9 * 5 * EVENTS_PER_S * 180, `publishers went on without Redis: ${accepted}`);
  await field.redis.start();
  await assertClean(field);
});

async function startTimedTasks(field: Battlefield, redisUrl: string, index: number): Promise<StartedProcess> {
  const config: TimedTasksConfig = {
    redisUrl,
    names: field.names,
    workerContainer: `timed-${index}`,
    outboxPath: path.join(field.directory, `timed-${index}.sqlite`),
  };
  const worker = await startProcess(new URL('../load/timed-tasks-main.ts', import.meta.url), {
    arguments: [JSON.stringify(config)],
  });
  await worker.waitForLine(/^running$/, PATIENCE_MS);
  return worker;
}

const observeTimedTasks = (worker: StartedProcess) => observe<TimedTasksView>(worker);
