import { backoffMs, createService, type Service } from '@taskwire/protocol';
import { pause } from './pause.ts';

export interface SupervisedLoopOptions {
  /**
   * The work, until `signal` is aborted; it is called again whenever it throws or returns before that. Everything that
   * it begins it has to end before it does either.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** What it threw, and in how many ms it is started again: the place to say so. */
  readonly onFailure: (error: unknown, restartInMs: number) => void;
  /** Makes a wait end early that cannot watch a signal, such as a blocking read. */
  readonly interrupt?: () => void | Promise<void>;
  readonly random: () => number;
}

/** The first restart is quick: most failures are a connection that broke and is back at once. */
const RESTART = { firstMs: 20, factor: 3, maxMs: 1_000 };

/** What ran this long without failing begins with quick restarts again. */
const HEALTHY_AFTER_MS = 5_000;

/** Keeps one part of the listener running: whatever it dies of, it is started again, with back-off. */
export function createSupervisedLoop(options: SupervisedLoopOptions): Service {
  let abort = new AbortController();
  let ended: Promise<void> = Promise.resolve();

  async function superviseUntil(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const begun = performance.now();
      try {
        await options.run(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures = performance.now() - begun > HEALTHY_AFTER_MS ? 1 : failures + 1;
        const restartInMs = backoffMs(RESTART, failures, options.random());
        options.onFailure(error, restartInMs);
        await pause(restartInMs, signal);
      }
    }
  }
  return createService({
    onStart: async () => {
      abort = new AbortController();
      ended = superviseUntil(abort.signal);
    },
    onStop: async () => {
      abort.abort();
      await options.interrupt?.();
      await ended;
    },
  });
}
