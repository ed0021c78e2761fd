/** A read that was not answered by then has nothing to bring, or Redis is very busy: it has to be asked which. */
export const WAITS_AFTER_MS = 50;

/** What the channel lane has to know of a durable lane before it applies a copy of its own. */
export interface DrainedLane {
  /**
   * Until when (performance.now()) all that was put into the lane has been taken in. Infinite while the lane does not
   * work, so that nobody waits for it.
   */
  drainedUntil(): Promise<number>;
}
