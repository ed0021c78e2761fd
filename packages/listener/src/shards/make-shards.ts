import { namesOfShards, type RedisNames } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { ConnectionPool } from '../redis/connection-pool.ts';
import { healthOfShards } from './health-of-shards.ts';
import { metricsOfShards } from './metrics-of-shards.ts';
import type { Shard } from './shard.ts';

export interface ShardSurroundings {
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly pool: ConnectionPool;
}

/** One for each of the streams that these names have. */
export function makeShards(names: RedisNames, surroundings: ShardSurroundings): readonly Shard[] {
  const all = namesOfShards(names);
  const health = healthOfShards(surroundings.health, all.length);
  const metrics = metricsOfShards(surroundings.metrics, all.length);
  return all.map((own, index) => ({
    names: own,
    redis: surroundings.pool.to(own.stream),
    health: health(index),
    metrics: metrics(index),
  }));
}

const BATCH_BYTES_MIN = 524_288;

/** What each of so many shards may have in hand: all of them together no more than one alone, as far as that is of use. */
export const shareOfBytes = (batchBytesMax: number, shards: number): number =>
  Math.min(batchBytesMax, Math.max(BATCH_BYTES_MIN, Math.floor(batchBytesMax / shards)));
