import { createService } from '@taskwire/protocol';
import type { ListLane } from './list-lane.ts';

/** A durable lane that does nothing, and for which nobody waits. */
export const createSwitchedOffLane = (): ListLane => ({
  ...createService({ onStart: async () => {}, onStop: async () => {} }),
  drainedUntil: async () => Number.POSITIVE_INFINITY,
});
