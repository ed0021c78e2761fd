import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { type StartedProcess, startProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import type { EndlessTasksConfig } from './load/endless-tasks-main.ts';
import { observeListener, waitToSee } from './observe.ts';
import { PATIENCE_MS, promised } from './patience.ts';

const TASKS = 500;
const GRACE_MS = 2_000;
/** A session that holds the leadership and is silent for 10 s is ended by the server; then the others take some looks. */
const TAKEN_OVER_MS = 20_000;

const isLeader = async (replica: StartedProcess): Promise<boolean> =>
  (await observeListener(replica)).metrics.gauges.leader === 1;

async function leadersOf(replicas: readonly StartedProcess[]): Promise<readonly StartedProcess[]> {
  const lead = await Promise.all(replicas.map(isLeader));
  return replicas.filter((_, index) => lead[index]);
}

/** Replicas that reconcile, a worker whose tasks will never end, and the load that the ledger watches. */
async function prepare(field: Battlefield) {
  const replicas = await Promise.all(
    [1, 2, 3].map(() => field.startListener({ CHAOS_RECONCILE_AFTER_MS: String(GRACE_MS) })),
  );
  // Busy enough that none of its tasks is silent for the grace time while it lives.
  await field.startPublisher({ slot: 0, eventsPerS: 300 });
  const config: EndlessTasksConfig = {
    redisUrl: field.redis.url,
    names: field.names,
    workerContainer: 'worker-that-dies',
    outboxPath: path.join(field.directory, 'endless.sqlite'),
    taskIds: Array.from({ length: TASKS }, (_, index) => `endless-${index}`),
  };
  const worker = await startProcess(new URL('load/endless-tasks-main.ts', import.meta.url), {
    arguments: [JSON.stringify(config)],
  });
  await worker.waitForLine(/^running$/, PATIENCE_MS);
  const [leader, ...more] = await waitToSee(
    () => leadersOf(replicas),
    ({ length }) => length > 0,
    'a leader',
  );
  assert.ok(leader !== undefined && more.length === 0, 'exactly one leads');
  return { replicas, worker, leader, others: replicas.filter((replica) => replica !== leader) };
}

const countCorrections = async (field: Battlefield) => {
  const [counts] = await field.postgres.query<{ events: number; tasks: number; lost: number }>(
    `SELECT count(*)::integer AS events, count(DISTINCT task_request_id)::integer AS tasks,
            (SELECT count(*)::integer FROM task_requests WHERE error_type = 'WorkerLost') AS lost
     FROM task_logs WHERE source = 'reconciler'`,
    [],
    field.databaseUrl,
  );
  return counts;
};

/** Until each task of the dead worker is corrected; then nobody may correct one again. */
async function assertCorrectedOnce(field: Battlefield, replicas: readonly StartedProcess[]): Promise<void> {
  await waitUntil(async () => ((await countCorrections(field))?.lost ?? 0) >= TASKS, {
    what: 'every task of the dead worker to be corrected',
    timeoutMs: PATIENCE_MS,
    pollMs: 100,
  });
  assert.deepEqual(await countCorrections(field), { events: TASKS, tasks: TASKS, lost: TASKS });
  await waitToSee(
    () => leadersOf(replicas),
    ({ length }) => length === 1,
    'exactly one leader',
  );
}

/** The publishers of the ledger stop at the end, and are not to be taken for lost. */
async function judgeWithoutReconcilers(field: Battlefield, replicas: readonly StartedProcess[]) {
  for (const replica of replicas) await replica.stop();
  await field.startListener();
  await assertClean(field);
}

it('F26: another replica goes on when the leader is killed in the middle of its corrections', async () => {
  await using field = await prepareBattlefield();
  const { worker, leader, others } = await prepare(field);
  await worker.kill();
  await waitUntil(async () => ((await countCorrections(field))?.events ?? 0) > 0, {
    what: 'the first correction',
    timeoutMs: PATIENCE_MS,
  });
  await leader.kill();
  await assertCorrectedOnce(field, others);
  await judgeWithoutReconcilers(field, others);
});

it('F26: a leader that froze in the middle of its corrections corrects nothing twice when it is back', async () => {
  await using field = await prepareBattlefield();
  const { worker, leader, others, replicas } = await prepare(field);
  await worker.kill();
  await waitUntil(async () => ((await countCorrections(field))?.events ?? 0) > 0, {
    what: 'the first correction',
    timeoutMs: PATIENCE_MS,
  });
  leader.freeze();
  await waitToSee(
    () => leadersOf(others),
    ({ length }) => length === 1,
    'another leader',
    promised(TAKEN_OVER_MS),
  );
  leader.thaw();
  await waitToSee(
    () => isLeader(leader),
    (leads) => !leads,
    'the end of the earlier term',
  );
  await assertCorrectedOnce(field, replicas);
  await judgeWithoutReconcilers(field, replicas);
});
