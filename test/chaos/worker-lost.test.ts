import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { setTimeout as lasts } from 'node:timers/promises';
import { createTaskLogRepository, createTaskRequestRepository, openPostgres } from '@taskwire/listener';
import { type StartedProcess, startProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import type { EndlessTasksConfig } from './load/endless-tasks-main.ts';
import { PATIENCE_MS, promised } from './patience.ts';

const GRACE_MS = 4_000;

it('F20: fails the task of a worker that was killed in the middle of it, within the grace time and 10 s', async (t) => {
  await using field = await prepareBattlefield();
  await using tasks = readTasks(field);
  const reconciling = await underLoad(field);
  const victim = await startWorker(field, 'killed');
  const bystander = await startWorker(field, 'alive');

  await victim.kill();
  const killedAt = performance.now();
  // The whole container: its disk goes with it.
  for (const file of readdirSync(field.directory)) {
    if (file.startsWith('killed.sqlite')) rmSync(path.join(field.directory, file));
  }
  const row = await waitUntil(
    async () => {
      const found = await tasks.row('task-of-killed');
      return found?.status !== 'RUNNING' && found;
    },
    { what: 'the end of the task of a killed worker', timeoutMs: promised(GRACE_MS + 10_000), pollMs: 50 },
  );
  t.diagnostic(`${Math.round(performance.now() - killedAt)} ms after the kill, with ${GRACE_MS} ms of grace`);
  assert.deepEqual([row.status, row.error_type, row.worker_source], ['FAILURE', 'WorkerLost', 'killed']);
  assert.equal((await tasks.row('task-of-alive'))?.status, 'RUNNING', 'the others are left alone');

  await end(bystander);
  await tasks.reaches('task-of-alive', 'SUCCESS');
  await judgeWithoutReconciler(field, reconciling);
});

it('F20: leaves the task of a worker alone that only froze for less than the grace time', async () => {
  await using field = await prepareBattlefield();
  await using tasks = readTasks(field);
  const reconciling = await underLoad(field);
  const worker = await startWorker(field, 'frozen');

  for (let time = 0; time < 3; time++) {
    worker.freeze();
    await lasts(GRACE_MS / 2); // The fault itself lasts this long.
    worker.thaw();
    await field.progress(300);
  }

  await end(worker);
  await tasks.reaches('task-of-frozen', 'SUCCESS');
  assert.deepEqual(await tasks.path('task-of-frozen'), ['worker RUNNING', 'worker SUCCESS']);
  await judgeWithoutReconciler(field, reconciling);
});

it('F20: a SUCCESS that comes although its worker was taken for lost wins', async () => {
  await using field = await prepareBattlefield();
  await using tasks = readTasks(field);
  const reconciling = await underLoad(field);
  const worker = await startWorker(field, 'frozen');

  worker.freeze();
  await tasks.reaches('task-of-frozen', 'FAILURE');
  worker.thaw();
  await end(worker);
  await tasks.reaches('task-of-frozen', 'SUCCESS');

  const { error, error_type, result } = (await tasks.row('task-of-frozen')) ?? {};
  assert.deepEqual(
    { error, error_type, result },
    { error: null, error_type: null, result: 'done all the same' },
  );
  const path = await tasks.path('task-of-frozen');
  assert.deepEqual(path.toSorted(), ['reconciler FAILURE', 'worker RUNNING', 'worker SUCCESS']);
  await judgeWithoutReconciler(field, reconciling);
});

async function underLoad(field: Battlefield): Promise<StartedProcess> {
  const listener = await field.startListener({ CHAOS_RECONCILE_AFTER_MS: String(GRACE_MS) });
  // Busy enough that none of its tasks is silent for the grace time while it lives.
  await field.startPublisher({ slot: 0, eventsPerS: 300 });
  await field.progress(300);
  return listener;
}

/** Returns when the worker is in the middle of its task. */
async function startWorker(field: Battlefield, workerContainer: string): Promise<StartedProcess> {
  const config: EndlessTasksConfig = {
    redisUrl: field.redis.url,
    names: field.names,
    workerContainer,
    outboxPath: path.join(field.directory, `${workerContainer}.sqlite`),
    taskIds: [`task-of-${workerContainer}`],
  };
  const worker = await startProcess(new URL('load/endless-tasks-main.ts', import.meta.url), {
    arguments: [JSON.stringify(config)],
  });
  await worker.waitForLine(/^running$/, PATIENCE_MS);
  return worker;
}

async function end(worker: StartedProcess): Promise<void> {
  process.kill(worker.pid, 'SIGUSR1');
  assert.equal(worker.isRunning(), true);
}

function readTasks(field: Battlefield) {
  const database = openPostgres({ url: field.databaseUrl });
  const { get } = createTaskRequestRepository(database);
  return {
    row: get,
    reaches: (id: string, status: string) =>
      waitUntil(async () => (await get(id))?.status === status, {
        what: `${id} to be ${status}`,
        timeoutMs: promised(GRACE_MS + 10_000),
        pollMs: 50,
      }),
    path: async (id: string) => {
      const events = await createTaskLogRepository(database).history(id, 100);
      return events.map(({ source, status }) => `${source ?? 'worker'} ${status}`);
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** The publishers of the ledger stop at the end, and are not to be taken for lost. */
async function judgeWithoutReconciler(field: Battlefield, reconciling: StartedProcess): Promise<void> {
  await reconciling.stop();
  await field.startListener();
  await assertClean(field);
}
