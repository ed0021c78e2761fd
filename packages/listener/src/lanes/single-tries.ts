import { type RedisNames, suspectsKey } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import { letterOf } from '../intake/decode-deliveries.ts';
import type { Delivery } from '../intake/delivery.ts';
import { carryThrough, type IntakeContext, type SettleDeliveries, takeIn } from '../intake/take-in.ts';
import { redisFailure } from '../redis/redis-error.ts';

/** From this delivery on an entry is applied alone: something keeps its batches from coming to an end. */
export const SINGLE_FROM_DELIVERY = 3;

/**
 * So many listeners may die of an entry that they apply alone. Two: with the two that died of its batches, it is the
 * fifth delivery that finds it guilty. A listener that is merely killed is hardly killed twice in those milliseconds.
 */
const UNFINISHED_TRIES_MAX = 2;

/** The marks of entries that nobody will ever see again go by themselves. */
const MARK_SECONDS = 24 * 3_600;

/** Where each of many takes long, the others are left for the next claim, so that this one comes to an end. */
const RUN_MS_MAX = 10_000;

export interface SingleTries {
  readonly redis: Redis;
  readonly names: RedisNames;
}

/**
 * Applies entries one by one. Each is marked in Redis for as long as it is tried, so that the listener that comes after
 * one that died of it knows: an entry with too many such marks becomes a dead letter without being looked at.
 */
export async function takeInSingly(
  deliveries: readonly Delivery[],
  tries: SingleTries,
  settle: SettleDeliveries,
  context: IntakeContext,
  signal: AbortSignal,
): Promise<void> {
  const key = suspectsKey(tries.names);
  const end = performance.now() + RUN_MS_MAX;
  for (const delivery of deliveries) {
    if (signal.aborted || performance.now() > end) return;
    const begun = await mark(tries.redis, key, delivery.receipt);
    if (begun > UNFINISHED_TRIES_MAX) {
      const detail = `${begun - 1} listeners ended while they applied it alone`;
      const letter = letterOf(delivery, 'kills_the_listener', detail, null);
      await carryThrough({ events: [], deadLetters: [letter] }, settle, context, signal);
    } else {
      await takeIn([delivery], settle, context, signal);
    }
    await tries.redis.hdel(key, delivery.receipt);
  }
}

async function mark(redis: Redis, key: string, receipt: string): Promise<number> {
  try {
    const begun = await redis.hincrby(key, receipt, 1);
    await redis.expire(key, MARK_SECONDS);
    return begun;
  } catch (error) {
    // A Redis that takes no marks is no reason to keep the entry waiting.
    if (redisFailure(error) === 'refuses_writes' || redisFailure(error) === 'wrong_type') return 1;
    throw error;
  }
}
