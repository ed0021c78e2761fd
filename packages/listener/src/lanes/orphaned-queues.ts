import { processingListKey, queueConsumersKey, type RedisNames, recoveredListKey } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { RedisScript } from '../redis/script.ts';

/** Moved at once; Redis does nothing else meanwhile. */
const MOVED_AT_ONCE_MAX = 1_000;

export interface OrphanedQueuesOptions {
  readonly redis: Redis;
  readonly names: RedisNames;
  readonly recoverQueue: RedisScript;
  /** Silence after which a consumer counts as dead, ms. */
  readonly idleMs: number;
}

/**
 * Recovers what consumers had taken off the queue that are dead now. Any replica may do it, several at once too.
 * @returns how many messages were recovered
 */
export async function recoverOrphanedQueues(options: OrphanedQueuesOptions): Promise<number> {
  const [seconds] = await options.redis.time();
  const silentSinceMs = Number(seconds) * 1000 - options.idleMs;
  const consumers = queueConsumersKey(options.names);
  let recovered = 0;
  for (const consumer of await options.redis.zrangebyscore(consumers, '-inf', silentSinceMs)) {
    recovered += await recoverQueueOf(consumer, options);
  }
  return recovered;
}

/** Recovers what one consumer had taken, if it has been silent for long enough by now. */
export async function recoverQueueOf(consumer: string, options: OrphanedQueuesOptions): Promise<number> {
  const { redis, names } = options;
  const keys = [processingListKey(names, consumer), recoveredListKey(names), queueConsumersKey(names)];
  for (let recovered = 0; ; ) {
    const reply = await options.recoverQueue.run(redis, keys, [consumer, options.idleMs, MOVED_AT_ONCE_MAX]);
    const [moved, done] = reply as readonly [number, number];
    recovered += moved;
    if (done === 1) return recovered;
  }
}

/**
 * Enters processing lists whose consumer is not in the sorted set (it was evicted or deleted) as if it had been alive
 * just now, so that they are recovered like all others. Looks through all keys: once a start.
 */
export async function enterForgottenQueues(redis: Redis, names: RedisNames): Promise<void> {
  const prefix = processingListKey(names, '');
  const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
  for (let cursor = '0'; ; ) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    const [seconds] = await redis.time();
    for (const key of keys) {
      await redis.zadd(queueConsumersKey(names), 'NX', Number(seconds) * 1000, key.slice(prefix.length));
    }
    if (next === '0') return;
    cursor = next;
  }
}
