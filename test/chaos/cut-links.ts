import { setTimeout as lasts } from 'node:timers/promises';
import type { DividedNetwork } from '@taskwire/test-harness';
import type { Party } from './battlefield.ts';

type Link = readonly [Party, Party];

/** Every way that events and acknowledgements take. */
const LINKS: readonly Link[] = [
  ['workers', 'redis'],
  ['web', 'redis'],
  ['web', 'database'],
];

/**
 * Each step cuts a link, or heals it where it is cut, and lasts 0.2 to 2 s; at the end what is still cut is healed in
 * random order. Several links may be cut at once.
 */
export async function cutAndHeal(
  network: DividedNetwork<Party>,
  random: () => number,
  steps: number,
): Promise<void> {
  const cut = new Set<Link>();
  for (let step = 0; step < steps; step++) {
    const link = LINKS[Math.floor(random() * LINKS.length)]!;
    if (cut.delete(link)) await network.heal(...link);
    else {
      cut.add(link);
      await network.cut(...link);
    }
    await lasts(200 + random() * 1_800);
  }
  const order = [...cut].map((link) => ({ link, at: random() })).sort((a, b) => a.at - b.at);
  for (const { link } of order) await network.heal(...link);
}
