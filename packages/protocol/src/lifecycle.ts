/**
 * The one lifecycle of everything that runs. `start()` returns when it runs, `stop()` when it has stopped;
 * starting twice, stopping twice and stopping before the start are all fine, and whatever is asked while a
 * transition is under way waits for it.
 */
export interface Service extends AsyncDisposable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServiceSteps {
  /** Runs once for each start. What it began is undone by `onStop`, also when it throws half way. */
  onStart(): Promise<void>;
  onStop(): Promise<void>;
}

/** Makes a {@link Service} of two steps. A failed start is stopped again and rethrown; it may be tried again. */
export function createService(steps: ServiceSteps): Service {
  let running = false;
  let transition: Promise<void> = Promise.resolve();

  const enqueue = (step: () => Promise<void>): Promise<void> => {
    transition = transition.then(step, step);
    return transition;
  };
  const start = () =>
    enqueue(async () => {
      if (running) return;
      try {
        await steps.onStart();
        running = true;
      } catch (error) {
        // Why it did not start matters more than what went wrong while undoing it.
        await steps.onStop().catch(() => {});
        throw error;
      }
    });
  const stop = () =>
    enqueue(async () => {
      if (!running) return;
      running = false;
      await steps.onStop();
    });
  return { start, stop, [Symbol.asyncDispose]: stop };
}
