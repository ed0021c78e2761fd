import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertClean, fieldUnderLoad } from './assert-clean.ts';
import { prepareBattlefield } from './battlefield.ts';
import { observeListener } from './observe.ts';

it('F19: delivers what a killed worker had accepted by the next process on its outbox', async () => {
  await using field = await fieldUnderLoad();
  let victim = await field.startPublisher({ slot: 9, eventsPerS: 500 });
  for (let time = 0; time < 5; time++) {
    await field.progress(200);
    await victim.kill();
    victim = await field.startPublisher({ slot: 9, eventsPerS: 500 });
  }
  await assertClean(field);
});

it('F19: delivers what a worker accepted while Redis was away, though it was killed before Redis came back', async () => {
  await using field = await fieldUnderLoad();
  const victim = await field.startPublisher({ slot: 9, eventsPerS: 500 });
  await field.redis.stop();
  const before = field.ledger().accepted.size;
  while (field.ledger().accepted.size < before + 500) await new Promise((resolve) => setTimeout(resolve, 50));
  await victim.kill();
  await field.redis.start();
  await field.startPublisher({ slot: 9, eventsPerS: 100 });
  await assertClean(field);
});

it('F22: gives two processes on one outbox sequences that never meet', async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  const first = await field.startPublisher({ slot: 9, eventsPerS: 200 });
  await field.startPublisher({ slot: 9, eventsPerS: 200 });
  await field.progress(500);
  await first.kill();
  await field.startPublisher({ slot: 9, eventsPerS: 200 });
  await field.progress(200);
  await assertClean(field);
  const { totals } = (await observeListener(listener)).metrics;
  assert.equal(totals.sequences_reused + totals.event_ids_reused, 0);
});
