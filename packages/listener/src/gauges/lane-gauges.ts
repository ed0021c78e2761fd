import type { Logger, RedisNames, Service } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { whenReady } from '../redis/connection.ts';
import { redisFailure, redisFailureDetail } from '../redis/redis-error.ts';
import type { RedisScript } from '../redis/script.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';

/** Also what tells a silent connection from a dead one, so it has to be well below ten seconds. */
const MEASURE_INTERVAL_MS = 2_000;

export interface LaneGaugesOptions {
  readonly redis: Redis;
  /** For the list, which in a cluster is somewhere else; null where another measures it. */
  readonly listRedis: Redis | null;
  readonly names: RedisNames;
  readonly laneGauges: RedisScript;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

export interface LaneGauges extends Service {
  /** Age of the oldest entry of the stream, ms, when it was last looked at; null where Redis is away. */
  streamOldestMs(): number | null;
}

/** Measures how much waits in Redis, and notices when Redis is away. */
export function createLaneGauges(options: LaneGaugesOptions): LaneGauges {
  let oldestMs: number | null = null;

  async function run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        if (options.redis.status !== 'ready') {
          options.health.report('redis', 'down', `the connection is ${options.redis.status}`, HELD);
          await whenReady(options.redis, signal);
          if (signal.aborted) return;
        }
        await measure();
        options.health.ok('redis', 'answers');
        await pause(MEASURE_INTERVAL_MS, signal);
      }
    } finally {
      oldestMs = null;
    }
  }

  async function measure(): Promise<void> {
    const { stream, queue } = options.names;
    const both = options.redis === options.listRedis;
    const reply = await options.laneGauges.run(options.redis, both ? [stream, queue] : [stream], []);
    const [length, firstId, listLength, seconds, microseconds] = reply as [
      number,
      Buffer,
      number,
      Buffer,
      Buffer,
    ];
    const nowMs = Number(seconds.toString()) * 1000 + Number(microseconds.toString()) / 1000;
    oldestMs = firstId.length === 0 ? 0 : Math.max(0, nowMs - Number.parseInt(firstId.toString(), 10));
    options.metrics.set('stream_length', length);
    options.metrics.set('stream_oldest_ms', oldestMs);
    if (both) options.metrics.set('queue_length', listLength);
    else if (options.listRedis !== null)
      options.metrics.set('queue_length', await options.listRedis.llen(queue).catch(() => 0));
  }

  const loop = createSupervisedLoop({
    run,
    onFailure: (error) => {
      const state = redisFailure(error) === 'unreachable' ? 'down' : 'degraded';
      options.health.report('redis', state, redisFailureDetail(error), HELD);
    },
    random: options.random,
  });
  return { ...loop, streamOldestMs: () => oldestMs };
}

const HELD = 'events wait in the outboxes of their workers; none is lost';
