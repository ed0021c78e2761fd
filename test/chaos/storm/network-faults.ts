import { setTimeout as lasts } from 'node:timers/promises';
import type { Party } from '../battlefield.ts';
import type { Fault, Faults } from './fault.ts';

/** Packets between these vanish for so many times the length of a fault; nothing where there is no such network. */
const cut =
  (times: number, ...links: readonly (readonly [Party, Party])[]): Fault =>
  async ({ network }, _at, ms) => {
    for (const [a, b] of links) await network?.cut(a, b);
    await lasts(network === null ? 0 : ms * times);
    for (const [a, b] of links) await network?.heal(a, b);
  };

export const networkFaults: Faults = {
  'cut workers from Redis': cut(2, ['workers', 'redis']),
  'cut the web from Redis': cut(2, ['web', 'redis']),
  'cut the web from the database': cut(2, ['web', 'database']),
  'cut workers and Redis from web and database': cut(2, ['workers', 'database'], ['web', 'redis']),
  'cut everybody from everybody': cut(1, ['workers', 'redis'], ['web', 'redis'], ['web', 'database']),
  'leave it alone': async () => {},
};
