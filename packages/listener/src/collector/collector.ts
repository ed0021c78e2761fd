import { type Logger, messageOf, type Service } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { whenOneIsReady } from '../redis/connection.ts';
import type { Shard } from '../shards/shard.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';

/** Retention counts in days. */
const COLLECT_INTERVAL_MS = 3_600_000;

/** Between two steps: the batches come first. */
const STEP_PAUSE_MS = 50;

export interface CollectorOptions {
  readonly shards: readonly Shard[];
  readonly service: Pick<TaskStatusService, 'collect' | 'oldPublishers' | 'forgetPublishers'>;
  readonly leader: Leader;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

/** The leader forgets what is older than the retention, so that workers may come and go for years and nothing grows. */
export function createCollector(options: CollectorOptions): Service {
  const { shards, service, metrics } = options;
  const connections = shards.map(({ redis }) => redis);

  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await whenOneIsReady(connections, signal);
      await collectRecords(signal);
      await collectPublishers(signal);
      options.health.ok('collector', 'what is older than the retention is forgotten');
      await pause(COLLECT_INTERVAL_MS, signal);
    }
  }

  /**
   * The ack first, the record second: an ack without a record would look as if the database had lost what it had
   * acknowledged.
   */
  async function collectPublishers(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const old = await service.oldPublishers();
      if (old.length === 0) return;
      await Promise.all(shards.map(({ redis, names }) => redis.hdel(names.acks, ...old)));
      const forgotten = await service.forgetPublishers(old);
      metrics.add('records_collected', forgotten);
      // All that is left is being written right now, and so not old any more.
      if (forgotten === 0) return;
      await pause(STEP_PAUSE_MS, signal);
    }
  }

  async function collectRecords(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const collected = await service.collect();
      metrics.add('records_collected', collected);
      if (collected === 0) return;
      await pause(STEP_PAUSE_MS, signal);
    }
  }

  return createSupervisedLoop({
    run: (signal) => whileLeading(options.leader, signal, work),
    onFailure: (error, restartInMs) => {
      metrics.add('part_restarts');
      options.health.report('collector', 'degraded', messageOf(error), 'old records are forgotten later');
      options.logger.warn({ err: error, restartInMs }, 'Forgetting old records failed and is tried again');
    },
    random: options.random,
  });
}
