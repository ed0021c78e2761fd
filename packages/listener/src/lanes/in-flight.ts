/** Batches on their way into the database, not more than so many. Their failures are kept until somebody asks. */
export interface InFlight {
  readonly size: number;
  /** Resolves when another one may begin. */
  untilFree(): Promise<void>;
  add(work: () => Promise<void>): void;
  /** How long the oldest has been under way, ms; 0 where there is none. */
  oldestMs(): number;
  /** Resolves when none is under way, however they ended. */
  drain(): Promise<void>;
  /** @throws the first failure since the last call */
  rethrow(): void;
}

export function createInFlight(sizeMax: number): InFlight {
  const running = new Map<Promise<void>, number>();
  let failure: { readonly error: unknown } | undefined;
  return {
    get size() {
      return running.size;
    },
    untilFree: async () => {
      while (running.size >= sizeMax) await Promise.race(running.keys());
    },
    add: (work) => {
      const settled: Promise<void> = work()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(settled));
      running.set(settled, performance.now());
    },
    oldestMs: () => {
      const [oldest] = running.values();
      return oldest === undefined ? 0 : performance.now() - oldest;
    },
    drain: async () => {
      while (running.size > 0) await Promise.race(running.keys());
    },
    rethrow: () => {
      if (failure === undefined) return;
      const { error } = failure;
      failure = undefined;
      throw error;
    },
  };
}
