import {
  type Logger,
  messageOf,
  namesOfShard,
  type RedisNames,
  type Service,
  STREAM_SHARDS_MAX,
  shardCountKey,
} from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { whenReady } from '../redis/connection.ts';
import type { ConnectionPool } from '../redis/connection-pool.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';

const LOOK_INTERVAL_MS = 10_000;

/** How long a server is waited for that has one of the other shards. */
const CONNECT_MS_MAX = 2_000;

const HELD = 'they wait there: give the listeners as many shards as before until none is left';

export interface LeftBehindWatchOptions {
  readonly redis: Redis;
  /** Connections for one look. */
  readonly connections: () => ConnectionPool;
  readonly names: RedisNames;
  readonly leader: Leader;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

/**
 * The leader looks whether there were more shards before, and whether something is left in those that nobody reads any
 * more. How many there were stands in Redis; where there never was more than one, that is one command a look.
 */
export function createLeftBehindWatch(options: LeftBehindWatchOptions): Service {
  const { redis, names, health } = options;
  const count = names.shards ?? 1;

  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await whenReady(redis, signal);
      if (signal.aborted) return;
      await look(signal);
      await pause(LOOK_INTERVAL_MS, signal);
    }
  }

  async function look(signal: AbortSignal): Promise<void> {
    const key = shardCountKey(names);
    const before = Math.min(STREAM_SHARDS_MAX, (await countBefore(key)) || 1);
    if (before < count) await redis.set(key, count);
    if (Math.max(before, count) === 1) return;
    const left = await entriesFrom(count, before, signal);
    options.metrics.set('entries_left_behind', left);
    if (left === 0) health.ok('shards', `events go over ${count} of them`);
    else {
      const detail = `${left} entries are in shards ${count} to ${before - 1}, and TASKWIRE_STREAM_SHARDS is ${count}`;
      health.report('shards', 'degraded', detail, HELD);
    }
  }

  async function countBefore(key: string): Promise<number> {
    try {
      return Number(await redis.get(key));
    } catch (error) {
      // Rights of a time without shards are enough for who has none.
      if (count === 1 && messageOf(error).startsWith('NOPERM')) return 1;
      throw error;
    }
  }

  async function entriesFrom(first: number, end: number, signal: AbortSignal): Promise<number> {
    const connections = options.connections();
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS_MAX)]);
    let entries = 0;
    try {
      connections.begin();
      for (let shard = first; shard < end; shard++) {
        const { stream } = namesOfShard(names, shard);
        const connection = connections.to(stream);
        await whenReady(connection, inTime);
        entries += await connection.xlen(stream);
      }
    } finally {
      connections.end();
    }
    return entries;
  }

  return createSupervisedLoop({
    run: (signal) => whileLeading(options.leader, signal, work),
    onFailure: (error) => {
      options.metrics.add('part_restarts');
      health.report(
        'shards',
        'degraded',
        messageOf(error),
        'whether shards of before hold events is not known',
      );
    },
    random: options.random,
  });
}
