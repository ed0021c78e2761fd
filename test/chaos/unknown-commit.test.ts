import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertClean } from './assert-clean.ts';
import { prepareBattlefield } from './battlefield.ts';
import { observeListener, waitToSee } from './observe.ts';
import { startSilencingProxy } from './silencing-proxy.ts';

const TIMES = 20;

it('F17: a batch that was committed although its answer never came changes nothing when it is applied again', async () => {
  await using field = await prepareBattlefield();
  await using proxy = await startSilencingProxy(field.databaseUrl);
  const listener = await field.startListener({ DATABASE_URL: proxy.url });
  await field.startPublishers(3, { eventsPerS: 200 });

  for (let time = 0; time < TIMES; time++) {
    await proxy.silenceAnswerTo('apply_batch');
    await field.progress(20);
  }

  const { metrics } = await waitToSee(
    () => observeListener(listener),
    ({ metrics }) => (metrics.duplicates.stream ?? 0) >= TIMES,
    'events of each cut commit that were found in the history',
  );
  // The answer to one batch may be cut several times; it is held once.
  assert.ok(metrics.totals.batches_held > 0, 'batches were held');
  assert.deepEqual(metrics.dead_letters, {});
  await assertClean(field);
});
