import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as lasts } from 'node:timers/promises';
import { assertClean } from '../assert-clean.ts';
import { type Battlefield, prepareBattlefield } from '../battlefield.ts';

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
  for (const endMs = performance.now() + 60_000; performance.now() < endMs; ) {
    await lasts(300);
    await listener.kill();
    const startedMs = performance.now();
    const progress = field.progress(1);
    listener = await field.startListener();
    await progress;
    recoveryMs.push(performance.now() - startedMs);
  }
  t.diagnostic(
    `${recoveryMs.length} kills; work went on after at most ${Math.round(Math.max(...recoveryMs))} ms`,
  );
  assert.ok(recoveryMs.length >= 20);
  await assertClean(field);
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

it('F7: three minutes without Redis: everything that was accepted meanwhile is delivered afterwards', async () => {
  await using field = await prepareBattlefield();
  await field.startListener();
  for (let slot = 0; slot < 5; slot++) await field.startPublisher({ slot, eventsPerS: EVENTS_PER_S });
  await field.progress(500);
  await field.redis.stop();
  const before = field.ledger().accepted.size;
  await lasts(180_000);
  const accepted = field.ledger().accepted.size - before;
  assert.ok(accepted > 0.9 * 5 * EVENTS_PER_S * 180, `publishers went on without Redis: ${accepted}`);
  await field.redis.start();
  await assertClean(field);
});
