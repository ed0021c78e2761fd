/** A task may report as often as it likes; more often than this nobody can see. */
const PROGRESS_INTERVAL_MS = 100;

/**
 * Lets the first report of a task through at once and then one every 100 ms, the last one winning. What is held back
 * is let go when its time comes or before a status of the same task, so that the last report is never lost.
 */
export interface ProgressThrottle<T> {
  offer(report: T): void;
  /** Lets go of what is held back. */
  flush(): void;
}

export function createProgressThrottle<T>(
  emit: (report: T) => void,
  elapsedMs: () => number,
): ProgressThrottle<T> {
  let held: { readonly report: T } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let emittedAtMs = Number.NEGATIVE_INFINITY;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (held === undefined) return;
    const { report } = held;
    held = undefined;
    emittedAtMs = elapsedMs();
    emit(report);
  };
  return {
    flush,
    offer(report) {
      held = { report };
      const waitMs = emittedAtMs + PROGRESS_INTERVAL_MS - elapsedMs();
      // More than the interval: the clock was set back.
      if (waitMs <= 0 || waitMs > PROGRESS_INTERVAL_MS) flush();
      else timer ??= setTimeout(flush, waitMs).unref();
    },
  };
}
