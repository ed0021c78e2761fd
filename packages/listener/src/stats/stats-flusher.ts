import { randomUUID } from 'node:crypto';
import { createService, type Logger, messageOf, type Service } from '@taskwire/protocol';
import type { TaskStatusService } from '../store/task-status-service.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import type { TaskStats } from './task-stats.ts';

/** What people see is at most so old; a process that is killed takes so much of its figures with it. */
const FLUSH_INTERVAL_MS = 5_000;

/** The last words of a process that stops; a database that is away does not keep it. */
const LAST_FLUSH_MS_MAX = 1_000;

export interface StatsFlusherOptions {
  readonly stats: TaskStats;
  readonly service: Pick<TaskStatusService, 'recordStats'>;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Brings what a process counted into the database every few seconds, and when it stops. */
export function createStatsFlusher(options: StatsFlusherOptions): Service {
  const { stats, service, logger } = options;
  // Of its own, so that a replica that is started again under its name does not overwrite what it counted before.
  const replica = randomUUID();

  async function flush(): Promise<void> {
    const rows = stats.pending();
    if (rows.length === 0) return;
    await service.recordStats(replica, rows);
    stats.written(rows);
  }
  const loop = createSupervisedLoop({
    random: options.random,
    run: async (signal) => {
      while (!signal.aborted) {
        await pause(FLUSH_INTERVAL_MS, signal);
        await flush();
      }
    },
    onFailure: (error) => {
      logger.debug(
        { problem: messageOf(error) },
        'Figures were not written; what is counted next brings them',
      );
    },
  });
  return createService({
    onStart: loop.start,
    onStop: async () => {
      await loop.stop();
      const late = new AbortController();
      await Promise.race([flush().catch(() => {}), pause(LAST_FLUSH_MS_MAX, late.signal)]);
      late.abort();
    },
  });
}
