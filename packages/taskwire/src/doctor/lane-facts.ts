import {
  CONSUMER_GROUP,
  processingListKey,
  queueConsumersKey,
  type RedisNames,
  recoveredListKey,
  type WorkerHeartbeat,
} from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import { unlessRefused } from './redis-facts.ts';

export interface ConsumerFacts {
  readonly name: string;
  readonly pending: number;
  /** ms since it last spoke. */
  readonly idleMs: number;
}

/** What waits in Redis, and who is there to take it; null where we may not ask. */
export interface LaneFacts {
  /** Keys that hold something else than they should, such as `task_status_stream is a string`. */
  readonly wrongTypes: readonly string[];
  readonly streamLength: number | null;
  /** Age of the oldest entry of the stream, ms; 0 where there is none. */
  readonly oldestMs: number | null;
  /** Readers of the stream. Null: the group does not exist, or we may not ask. */
  readonly consumers: readonly ConsumerFacts[] | null;
  /** Listeners that said not long ago that they live. */
  readonly living: readonly string[];
  readonly queueLength: number | null;
  /** What silent replicas had taken off the queue and nobody has recovered yet. */
  readonly orphaned: number;
  readonly recovered: number;
  readonly channelListeners: number | null;
  readonly heartbeats: readonly HeartbeatFacts[] | null;
}

export interface HeartbeatFacts
  extends Pick<
    WorkerHeartbeat,
    'worker_id' | 'worker_container' | 'clock_skew_ms' | 'outbox_depth' | 'oldest_unacknowledged_ms'
  > {
  readonly ageMs: number;
  readonly stopped: boolean;
  readonly running: number;
}

/** More than this is not looked at; who has so many looks at metrics. */
const LOOKED_AT_MAX = 1_000;

/** @param list the connection to the server that has the list, where that is another */
export async function readLaneFacts(redis: Redis, list: Redis, names: RedisNames): Promise<LaneFacts> {
  const nowMs = (await unlessRefused(() => redisTimeMs(redis))) ?? Date.now();
  const wrongTypes = await readWrongTypes(redis, list, names);
  const offQueue = await readOffQueue(list, names, nowMs);
  return {
    wrongTypes,
    ...(await readShardFacts(redis, names)),
    consumers: await readConsumers(redis, names),
    queueLength: await unlessRefused(() => list.llen(names.queue)),
    ...offQueue,
    channelListeners: await unlessRefused(async () => {
      const [, count] = (await redis.call('PUBSUB', 'NUMSUB', names.channel)) as [string, number];
      return Number(count);
    }),
  };
}

/** What there is once for each shard. */
export type ShardFacts = Pick<LaneFacts, 'streamLength' | 'oldestMs' | 'heartbeats'>;

export async function readShardFacts(redis: Redis, names: RedisNames): Promise<ShardFacts> {
  const nowMs = (await unlessRefused(() => redisTimeMs(redis))) ?? Date.now();
  const oldest = await unlessRefused(() => redis.xrange(names.stream, '-', '+', 'COUNT', 1));
  const oldestId = oldest?.[0]?.[0];
  const ageMs = oldestId === undefined ? 0 : Math.max(0, nowMs - Number.parseInt(oldestId, 10));
  return {
    streamLength: await unlessRefused(() => redis.xlen(names.stream)),
    oldestMs: oldest === null ? null : ageMs,
    heartbeats: await readHeartbeats(redis, names, nowMs),
  };
}

/** Those of the first shard with what the others have; what is not known of one is not known. */
export function withShards(facts: LaneFacts, others: readonly ShardFacts[]): LaneFacts {
  const all = [facts, ...others];
  const known = (of: (each: ShardFacts) => number | null): readonly number[] | null => {
    const values = all.map(of);
    return values.includes(null) ? null : values.map(Number);
  };
  const lengths = known(({ streamLength }) => streamLength);
  const ages = known(({ oldestMs }) => oldestMs);
  const heartbeats = all.map((each) => each.heartbeats);
  return {
    ...facts,
    streamLength: lengths === null ? null : lengths.reduce((sum, length) => sum + length, 0),
    oldestMs: ages === null ? null : Math.max(...ages),
    heartbeats: heartbeats.includes(null) ? null : heartbeats.flatMap((each) => each ?? []),
  };
}

export async function redisTimeMs(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}

async function readWrongTypes(redis: Redis, list: Redis, names: RedisNames): Promise<readonly string[]> {
  const expected = [
    [names.stream, 'stream', redis],
    [names.queue, 'list', list],
    [names.acks, 'hash', redis],
    [names.heartbeats, 'hash', redis],
  ] as const;
  const wrong: string[] = [];
  for (const [key, type, on] of expected) {
    const found = await unlessRefused(() => on.type(key));
    if (found !== null && found !== 'none' && found !== type)
      wrong.push(`${key} is a ${found} and not a ${type}`);
  }
  return wrong;
}

async function readConsumers(redis: Redis, names: RedisNames): Promise<readonly ConsumerFacts[] | null> {
  const found = await unlessRefused(() => redis.xinfo('CONSUMERS', names.stream, CONSUMER_GROUP));
  if (found === null) return null;
  return (found as (readonly unknown[])[]).slice(0, LOOKED_AT_MAX).map((fields) => {
    const of = (name: string): unknown => fields[fields.indexOf(name) + 1];
    return { name: String(of('name')), pending: Number(of('pending')), idleMs: Number(of('idle')) };
  });
}

/** A listener says that it lives each time it looks at the queue, every few seconds; its readers of the stream may idle. */
const SILENT_MS = 30_000;

async function readOffQueue(
  redis: Redis,
  names: RedisNames,
  nowMs: number,
): Promise<Pick<LaneFacts, 'living' | 'orphaned' | 'recovered'>> {
  const key = queueConsumersKey(names);
  const silentSinceMs = nowMs - SILENT_MS;
  const between = (from: number | string, to: number | string): Promise<readonly string[] | null> =>
    unlessRefused(() => redis.zrangebyscore(key, from, to, 'LIMIT', 0, LOOKED_AT_MAX));
  let orphaned = 0;
  for (const consumer of (await between('-inf', silentSinceMs)) ?? []) {
    orphaned += (await unlessRefused(() => redis.llen(processingListKey(names, consumer)))) ?? 0;
  }
  return {
    living: (await between(`(${silentSinceMs}`, '+inf')) ?? [],
    orphaned,
    recovered: (await unlessRefused(() => redis.llen(recoveredListKey(names)))) ?? 0,
  };
}

async function readHeartbeats(
  redis: Redis,
  names: RedisNames,
  nowMs: number,
): Promise<readonly HeartbeatFacts[] | null> {
  const found = await unlessRefused(() => redis.hgetall(names.heartbeats));
  if (found === null) return null;
  return Object.entries(found)
    .slice(0, LOOKED_AT_MAX)
    .flatMap(([worker_id, text]) => {
      let beat: Partial<WorkerHeartbeat>;
      try {
        beat = JSON.parse(text);
      } catch {
        return [];
      }
      return [
        {
          worker_id,
          worker_container: String(beat?.worker_container ?? ''),
          clock_skew_ms: Number(beat?.clock_skew_ms ?? 0),
          outbox_depth: Number(beat?.outbox_depth ?? 0),
          oldest_unacknowledged_ms: Number(beat?.oldest_unacknowledged_ms ?? 0),
          ageMs: nowMs - Number(beat?.at_ms ?? 0),
          stopped: beat?.stopped === true,
          running: Array.isArray(beat?.running) ? beat.running.length : 0,
        },
      ];
    });
}
