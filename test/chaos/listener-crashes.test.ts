import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { prepareBattlefield } from './battlefield.ts';
import { observeListener, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';

it('F1: takes a batch for what it is, applied, when its listener was killed between COMMIT and XACK', async () => {
  await using field = await prepareBattlefield();
  await field.startPublishers(3, { eventsPerS: 200 });
  for (const commits of [1, 2, 5]) {
    const victim = await field.startListener({ CHAOS_KILLED_AFTER_COMMITS: String(commits) });
    assert.equal((await victim.exited).signal, 'SIGKILL');
  }
  const survivor = await field.startListener();
  const { metrics } = await waitToSee(
    () => observeListener(survivor),
    ({ metrics }) => metrics.totals.entries_claimed > 0 && (metrics.duplicates.stream ?? 0) > 0,
    'entries that were claimed and turned out to be in the history',
  );
  assert.deepEqual(metrics.dead_letters, {});
  await assertClean(field);
});

it('F39: finds the one event that aborts every listener, dead-letters it, and the rest commits', async (t) => {
  const deadly = 'the-task-that-kills';
  await using field = await prepareBattlefield();
  await field.startPublishers(3, { eventsPerS: 100 });
  // Not in the ledger: of all events, this one must not get into the history.
  await using worker = createTaskStatusNotifier({
    redisUrl: field.redis.url,
    names: field.names,
    workerContainer: 'worker-of-the-deadly-task',
    outboxPath: path.join(field.directory, 'deadly.sqlite'),
  });
  await worker.start();
  assert.ok(worker.publish({ task_request_id: deadly, status: 'SUCCESS', data: {} }).accepted);

  // Whoever runs listeners starts one again when it has died, and so do we.
  let deaths = 0;
  let judged = false;
  const supervised = (async () => {
    while (!judged) {
      const replica = await field.startListener({ CHAOS_DIES_OF: deadly });
      await Promise.race([
        replica.exited,
        waitUntil(() => judged, { what: 'the end', timeoutMs: 6 * PATIENCE_MS }),
      ]);
      if (!judged) deaths += 1;
    }
  })();
  assert.ok(await worker.flush({ timeoutMs: 3 * PATIENCE_MS }), `its publisher waits after ${deaths} deaths`);
  await assertClean(field);
  judged = true;
  await supervised;

  t.diagnostic(`${deaths} listeners died of it`);
  // Five of each copy, and on a slow machine its publisher sends further ones before the first is singled out.
  assert.ok(deaths >= 3 && deaths <= 25, `${deaths} listeners died of it`);
  const counted = await field.postgres.query(
    `SELECT (SELECT count(*)::integer FROM task_logs WHERE task_request_id = $1) AS applied,
            (SELECT array_agg(DISTINCT reason) FROM dead_letters) AS reasons`,
    [deadly],
    field.databaseUrl,
  );
  assert.deepEqual(counted, [{ applied: 0, reasons: ['kills_the_listener'] }]);
});
