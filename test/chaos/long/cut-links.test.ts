import { it } from 'node:test';
import { divideNetwork, whyNoDividedNetwork } from '@taskwire/test-harness';
import { assertClean } from '../assert-clean.ts';
import { PARTIES, prepareBattlefield } from '../battlefield.ts';
import { cutAndHeal } from '../cut-links.ts';
import { seededRandom } from '../load/seeded-random.ts';

const skip = whyNoDividedNetwork();

for (const seed of [1, 2, 3, 4, 5]) {
  it(`F38: survives a minute of links that are cut and healed in the order of seed ${seed}`, {
    skip,
  }, async () => {
    await using network = await divideNetwork(PARTIES);
    await using field = await prepareBattlefield({ network, seed });
    for (let replica = 0; replica < 2; replica++) await field.startListener();
    await field.startPublishers(4, { eventsPerS: 100 });
    await field.progress(200);
    await cutAndHeal(network, seededRandom(seed), 55);
    await field.progress(200);
    await assertClean(field);
  });
}
