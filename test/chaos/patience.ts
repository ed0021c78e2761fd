import { availableParallelism, loadavg } from 'node:os';

/** For what is bound to happen and of which nobody promised when: long enough for a machine that has much else to do. */
export const PATIENCE_MS = 60_000;

/**
 * What is promised in so many ms, on this machine as it is now: where several times as many processes want to run as
 * there are cores, each gets its turn that much later, and the promise is about what we do and not about that.
 */
export const promised = (ms: number): number =>
  Math.round(ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
