import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as lasts } from 'node:timers/promises';
import { divideNetwork, waitUntil, whyNoDividedNetwork } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, PARTIES, prepareBattlefield } from './battlefield.ts';
import { cutAndHeal } from './cut-links.ts';
import { seededRandom } from './load/seeded-random.ts';
import { observeListener, observePublisher, waitToSee } from './observe.ts';
import { PATIENCE_MS, promised } from './patience.ts';

const skip = whyNoDividedNetwork();

/** Within which each side has to notice that the other one is gone without a word, and to find it again. */
const NOTICED_MS = 10_000;

async function prepare(field: Battlefield) {
  const listener = await field.startListener();
  const publishers = await Promise.all([0, 1].map((slot) => field.startPublisher({ slot, eventsPerS: 100 })));
  await field.progress(200);
  return { listener, publishers };
}

it('F12: a worker notices within 10 s that its packets to Redis vanish, and is back when they do not', {
  skip,
}, async () => {
  await using network = await divideNetwork(PARTIES);
  await using field = await prepareBattlefield({ network });
  const { publishers } = await prepare(field);
  await network.cut('workers', 'redis');
  for (const publisher of publishers) {
    await waitToSee(
      () => observePublisher(publisher),
      ({ lane, lane_problem }) => lane === 'holding' && lane_problem !== null,
      'the worker to notice',
      promised(NOTICED_MS),
    );
  }
  await network.heal('workers', 'redis');
  for (const publisher of publishers) {
    await waitToSee(
      () => observePublisher(publisher),
      ({ lane }) => lane === 'stream',
      'the worker to be back',
      promised(NOTICED_MS),
    );
  }
  await field.progress(200, promised(NOTICED_MS));
  await assertClean(field);
});

it('F12: a listener notices within 10 s that its packets to Redis or the database vanish, and is back when they do not', {
  skip,
}, async () => {
  await using network = await divideNetwork(PARTIES);
  await using field = await prepareBattlefield({ network });
  const { listener } = await prepare(field);
  for (const other of ['redis', 'database'] as const) {
    await network.cut('web', other);
    await waitToSee(
      () => observeListener(listener),
      ({ health }) => health.parts.some(({ part, state }) => part === other && state === 'down'),
      `the listener to notice that ${other} is away`,
      promised(NOTICED_MS),
    );
    await network.heal('web', other);
    await field.progress(200, promised(NOTICED_MS));
    await waitToSee(
      () => observeListener(listener),
      ({ health }) => health.state === 'ok',
      `the listener to be well again`,
      promised(NOTICED_MS),
    );
  }
  await assertClean(field);
});

it('F27: workers and Redis here, web and database there: heals without a hand after a split', {
  skip,
}, async () => {
  await using network = await divideNetwork(PARTIES);
  await using field = await prepareBattlefield({ network });
  const { publishers } = await prepare(field);
  for (const here of ['workers', 'redis'] as const) {
    for (const there of ['web', 'database'] as const) await network.cut(here, there);
  }
  const before = field.ledger().accepted.size;
  await lasts(6_000);
  await waitUntil(() => field.ledger().accepted.size > before + 1_000, {
    what: 'workers that work on',
    timeoutMs: PATIENCE_MS,
  });
  for (const publisher of publishers) assert.equal((await observePublisher(publisher)).lane, 'stream');
  for (const here of ['workers', 'redis'] as const) {
    for (const there of ['web', 'database'] as const) await network.heal(here, there);
  }
  await field.progress(1_000, promised(NOTICED_MS));
  await assertClean(field);
});

it('F38: survives links that are cut and healed in the random order of a seed', { skip }, async () => {
  const seed = 38;
  await using network = await divideNetwork(PARTIES);
  await using field = await prepareBattlefield({ network, seed });
  await prepare(field);
  await cutAndHeal(network, seededRandom(seed), 15);
  await field.progress(200, promised(NOTICED_MS));
  await assertClean(field);
});
