import type { Logger, Service } from '@taskwire/protocol';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';

/** The feed is kept for minutes; at the full rate it grows by some 10,000 rows in this time. */
const TRIM_INTERVAL_MS = 60_000;

export interface CommitTrimmerOptions {
  readonly service: Pick<TaskStatusService, 'trimCommits'>;
  readonly leader: Leader;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

/** The leader keeps the feed of commits short that live updates read. */
export function createCommitTrimmer(options: CommitTrimmerOptions): Service {
  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await options.service.trimCommits();
      await pause(TRIM_INTERVAL_MS, signal);
    }
  }
  return createSupervisedLoop({
    run: (signal) => whileLeading(options.leader, signal, work),
    onFailure: (error, restartInMs) => {
      options.metrics.add('part_restarts');
      options.logger.warn(
        { err: error, restartInMs },
        'Trimming the feed of commits failed and is tried again',
      );
    },
    random: options.random,
  });
}
