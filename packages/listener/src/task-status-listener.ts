import { randomUUID } from 'node:crypto';
import { createService, type Service } from '@taskwire/protocol';
import { createHealthBoard, type ListenerHealth } from './health.ts';
import type { TaskStatusListenerOptions } from './listener-options.ts';
import { createMetrics, type ListenerMetrics } from './metrics.ts';
import { composeReplica, type Replica } from './replica.ts';
import { createTaskStats } from './stats/task-stats.ts';

export interface TaskStatusListener extends Service {
  /** The name of this replica. */
  readonly consumer: string;
  health(): ListenerHealth;
  metrics(): ListenerMetrics;
}

/**
 * One replica of the listener: brings every status change that reaches Redis into the database. `start()` returns when
 * its parts run, whether or not Redis and the database are there yet; `stop()` when what was in hand is committed, or
 * left to the others. Several replicas, in one or many processes, share the work.
 */
export function createTaskStatusListener(options: TaskStatusListenerOptions): TaskStatusListener {
  const consumer = options.consumer ?? randomUUID();
  const health = createHealthBoard(options.clock ?? Date.now);
  const stats = options.stats ?? createTaskStats(options.clock);
  const metrics = createMetrics(stats);
  let replica: Replica | undefined;
  const lifecycle = createService({
    onStart: async () => {
      replica = composeReplica(options, consumer, { health, metrics, stats });
      await replica.start();
    },
    onStop: async () => {
      await replica?.stop();
      replica = undefined;
    },
  });
  return { ...lifecycle, consumer, health: health.read, metrics: metrics.read };
}
