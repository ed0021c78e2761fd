import type { RedisNames } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { redisFailureDetail } from '../redis/redis-error.ts';
import type { RedisScript } from '../redis/script.ts';
import type { PublisherProgress } from '../store/batch.ts';
import { ackOf, countOf } from './publisher-ack.ts';

/** A thousand publishers and a hundred commits a second must not become a hundred thousand writes. */
const WRITE_INTERVAL_MS = 25;

export interface AckWriter {
  /** Tells these publishers soon; of one publisher only the newest is told. Never fails: acks are told again and again. */
  acknowledge(publishers: readonly PublisherProgress[]): void;
  /** Writes what is still to be told. */
  flush(): Promise<void>;
}

export interface AckWriterOptions {
  readonly redis: Redis;
  readonly names: RedisNames;
  readonly advanceAcks: RedisScript;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
}

/** Writes acks after commits: at once when it is quiet, collected when it is not. */
export function createAckWriter(options: AckWriterOptions): AckWriter {
  let pending = new Map<string, PublisherProgress>();
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;

  async function write(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writtenAt = performance.now();
    const parameters = [...pending.values()].flatMap((progress) => [
      progress.publisher_id,
      countOf(progress),
      JSON.stringify(ackOf(progress)),
    ]);
    pending = new Map();
    try {
      await options.advanceAcks.run(options.redis, [options.names.acks], parameters);
      options.health.ok('acks', 'publishers are told what the database holds');
    } catch (error) {
      options.metrics.add('settle_failures');
      const meaning = 'publishers keep their events and send them again later; the database drops the copies';
      options.health.report('acks', 'degraded', redisFailureDetail(error), meaning);
    }
  }
  const begin = (): void => {
    if (writing !== undefined || pending.size === 0) return;
    writing = write().finally(() => {
      writing = undefined;
      schedule();
    });
  };
  const schedule = (): void => {
    if (timer !== undefined || writing !== undefined || pending.size === 0) return;
    const waitMs = writtenAt + WRITE_INTERVAL_MS - performance.now();
    if (waitMs <= 0) begin();
    else timer = setTimeout(begin, waitMs);
  };

  return {
    acknowledge: (publishers) => {
      for (const progress of publishers) {
        const known = pending.get(progress.publisher_id);
        if (known === undefined || countOf(progress) > countOf(known)) {
          pending.set(progress.publisher_id, progress);
        }
      }
      schedule();
    },
    flush: async () => {
      clearTimeout(timer);
      timer = undefined;
      await writing;
      begin();
      await writing;
    },
  };
}
