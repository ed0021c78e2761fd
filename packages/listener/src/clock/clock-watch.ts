import { type Logger, messageOf, type Service } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';

const LOOK_INTERVAL_MS = 10_000;

/** Less than this is a busy machine, or a clock that nobody has to look after. */
const SKEW_MS_MAX = 10_000;

export interface ClockWatchOptions {
  readonly service: Pick<TaskStatusService, 'databaseNowMs'>;
  /** Our own, ms since 1970. */
  readonly clock: () => number;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

export interface ClockWatch extends Service {
  /**
   * The later of our clock and the database's, ms since 1970: what neither of them has reached is of the future. The
   * database's is carried on from when it was last asked, so that it does not jump with ours.
   */
  nowMs(): number;
  /**
   * Waits until the database has been asked once: before that nothing can be judged.
   * @returns false where `signal` was aborted before that
   */
  known(signal: AbortSignal): Promise<boolean>;
}

/** A listener whose clock is days behind would refuse every event as one of the future; so it is compared, and said. */
export function createClockWatch(options: ClockWatchOptions): ClockWatch {
  const { clock, health, metrics } = options;
  const asked = Promise.withResolvers<void>();
  let anchor: { readonly databaseMs: number; readonly atMs: number } | undefined;
  const databaseNowMs = (): number =>
    anchor === undefined ? Number.NEGATIVE_INFINITY : anchor.databaseMs + performance.now() - anchor.atMs;

  async function look(): Promise<void> {
    const databaseMs = await options.service.databaseNowMs();
    anchor = { databaseMs, atMs: performance.now() };
    asked.resolve();
    const skewMs = clock() - databaseMs;
    metrics.set('database_clock_skew_ms', Math.abs(skewMs));
    if (Math.abs(skewMs) <= SKEW_MS_MAX) return health.ok('clock', "agrees with the database's");
    health.report(
      'clock',
      'degraded',
      `the clock of this process is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the database's`,
      'events pass, and nothing is forgotten before both clocks say that it is old; set the one that is wrong',
    );
  }
  const loop = createSupervisedLoop({
    run: async (signal) => {
      while (!signal.aborted) {
        await look();
        await pause(LOOK_INTERVAL_MS, signal);
      }
    },
    onFailure: (error) => {
      // Whoever writes says that the database is away, and since when.
      options.logger.debug({ problem: messageOf(error) }, 'The database could not be asked for its time');
    },
    random: options.random,
  });
  return {
    ...loop,
    nowMs: () => Math.max(clock(), databaseNowMs()),
    known: async (signal) => {
      if (anchor !== undefined) return true;
      if (signal.aborted) return false;
      const given = Promise.withResolvers<void>();
      const giveUp = (): void => given.resolve();
      signal.addEventListener('abort', giveUp, { once: true });
      await Promise.race([asked.promise, given.promise]);
      signal.removeEventListener('abort', giveUp);
      return anchor !== undefined;
    },
  };
}
