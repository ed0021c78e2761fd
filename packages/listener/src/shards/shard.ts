import type { RedisNames } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import type { MetricsRecorder } from '../metrics.ts';

/** One of the streams, with all that belongs to it, and the connection for commands to the server that has it. */
export interface Shard {
  readonly names: RedisNames;
  readonly redis: Redis;
  /** What is said here is shown together with the other shards. */
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
}
