import { CONSUMER_GROUP } from '@taskwire/protocol';
import { eventsOfEntry } from '@taskwire/test-harness';
import type { Battlefield } from './battlefield.ts';

/** Entries that are not settled yet, whether somebody has read them or not. */
export const streamLength = async ({ redis, names }: Battlefield): Promise<number> =>
  Number(await redis.command('XLEN', names.stream));

/** The events that these hold. */
export async function eventsInStream({ redis, names }: Battlefield): Promise<number> {
  const entries = (await redis.command('XRANGE', names.stream, '-', '+')) as readonly [string, string[]][];
  return entries.reduce((sum, [, fields]) => sum + eventsOfEntry(fields).length, 0);
}

/** Entries that listeners have read and not settled. */
export const entriesInHand = async ({ redis, names }: Battlefield): Promise<number> =>
  ((await redis.command('XPENDING', names.stream, CONSUMER_GROUP)) as [number])[0];
