/** Runs a piece of work as soon as it is wanted, and not so often that it takes more than its share of the process. */
export interface Pacer {
  /** Wishes within one run become one. */
  soon(): void;
  /** Runs it after what runs now, whatever its share. */
  now(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * After each run it rests so many times as long as it was busy: it takes a third of the process at most. A thousand
 * readers keep it busy for some 25 ms, so that each of them hears of everything within 100 ms all the same.
 */
const REST = 2;

/** However long a run was busy; changes that come one after another share a write to each reader. */
const REST_MS = { min: 10, max: 1_000 };

/** @param work returns for how many ms it kept the process busy; it must not throw */
export function createPacer(work: () => Promise<number>): Pacer {
  let last: Promise<void> = Promise.resolve();
  let restUntil = 0;
  let isWished = false;
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined;

  async function run(): Promise<void> {
    const busyMs = await work();
    restUntil = performance.now() + Math.max(REST_MS.min, Math.min(REST_MS.max, busyMs * REST));
  }
  const now = (): Promise<void> => {
    last = last.then(run);
    return last;
  };
  const soon = (): void => {
    if (isWished) return;
    isWished = true;
    last.then(() => {
      if (!isWished) return;
      const begin = (): void => {
        isWished = false;
        void now();
      };
      const restMs = restUntil - performance.now();
      timer = restMs > 0 ? setTimeout(begin, restMs) : setImmediate(begin);
    });
  };
  return {
    soon,
    now,
    stop: async () => {
      isWished = false;
      clearTimeout(timer as NodeJS.Timeout | undefined);
      clearImmediate(timer as NodeJS.Immediate | undefined);
      await last;
    },
  };
}
