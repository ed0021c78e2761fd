import type { ReadLimits, StoredEvent } from './event-log.ts';

/**
 * Events that were stored a moment ago, kept until the sender reads them, as a rule at once: reading them from the file
 * takes a fifth of what storing them did.
 */
export interface RecentEvents {
  add(event: StoredEvent): void;
  /**
   * As `read` of an event log, and once: those that are handed out are kept no longer, nor are those before them.
   * @returns null where the first one is not here: the file has it
   */
  take(from: number, to: number, limits: ReadLimits): readonly StoredEvent[] | null;
}

/** While nobody reads, as without a Redis, memory is not for what the file holds as well. */
const BYTES_MAX = 1_048_576;
/** A reader that is no more than so many readings behind finds here what comes from now on, as a rule. */
const NEAR_READINGS = 4;

export function createRecentEvents(): RecentEvents {
  /** Their sequences are without holes. */
  let events: StoredEvent[] = [];
  let bytes = 0;
  /** Whoever reads is so far behind that nothing of what comes would still be here when it gets there. */
  let isFarBehind = false;

  return {
    add(event) {
      if (bytes > BYTES_MAX) {
        events = [];
        bytes = 0;
        isFarBehind = true;
      }
      if (isFarBehind) return;
      events.push(event);
      bytes += event.payload.length;
    },
    take(from, to, limits) {
      const index = from - (events[0]?.sequence ?? Number.POSITIVE_INFINITY);
      if (!(index >= 0 && index < events.length)) {
        if (to - from < NEAR_READINGS * limits.events_max) isFarBehind = false;
        return null;
      }
      const taken: StoredEvent[] = [];
      let takenBytes = 0;
      for (const event of events.slice(index, index + limits.events_max)) {
        takenBytes += event.payload.length;
        if (event.sequence > to || (taken.length > 0 && takenBytes > limits.bytes_max)) break;
        taken.push(event);
      }
      for (const { payload } of events.splice(0, index + taken.length)) bytes -= payload.length;
      return taken;
    },
  };
}
