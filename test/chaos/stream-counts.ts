import { CONSUMER_GROUP } from '@taskwire/protocol';
import type { Battlefield } from './battlefield.ts';

/** Entries that are not settled yet, whether somebody has read them or not. */
export const streamLength = async ({ redis, names }: Battlefield): Promise<number> =>
  Number(await redis.command('XLEN', names.stream));

/** Those that listeners have read and not settled. */
export const entriesInHand = async ({ redis, names }: Battlefield): Promise<number> =>
  ((await redis.command('XPENDING', names.stream, CONSUMER_GROUP)) as [number])[0];
