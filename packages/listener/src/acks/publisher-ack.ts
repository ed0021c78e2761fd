import type { PublisherAck } from '@taskwire/protocol';
import type { PublisherProgress } from '../store/batch.ts';

/** How many missing ranges one ack names; the others follow when these have been sent again. */
const MISSING_RANGES_MAX = 1_000;

/** The ack of what the database holds, as it is written to Redis. */
export function ackOf(progress: PublisherProgress): PublisherAck {
  const { low_water, highest, missing } = progress;
  if (missing.length <= MISSING_RANGES_MAX) return { low_water, missing, highest };
  // Cut where it is still true: nothing is said of what lies above the last range that is named.
  const cutAt = missing[MISSING_RANGES_MAX]?.[0] ?? highest + 1;
  return { low_water, missing: missing.slice(0, MISSING_RANGES_MAX), highest: cutAt - 1 };
}

/** How many sequences an ack stands for: of two acks of one publisher, the later one counts more. */
export function countOf({ missing, highest }: Pick<PublisherAck, 'missing' | 'highest'>): number {
  return missing.reduce((count, [from, to]) => count - (to - from + 1), highest);
}
