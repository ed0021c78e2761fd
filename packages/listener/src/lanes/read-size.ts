import { ENTRY_EVENTS_MAX } from '@taskwire/protocol';

export interface ReadSize {
  /** How many entries the next read may bring. */
  next(): number;
  observe(read: { readonly entries: number; readonly events: number; readonly bytes: number }): void;
}

/** What an entry holds and weighs is unknown before the first ones have come, and may change when few have. */
const FIRST_READ = 64;

/** Full entries are expected for a while after the last one: a burst of them is read in small steps, not guessed. */
const EXPECTATION_DECAY = 0.9;

/** Reads grow twofold at most, so that hardly one is too large where single events are followed by full entries. */
const GROWTH = 2;
/** And if one is, it brings so many batches at most. */
const BATCHES_MAX = 8;

/** Redis limits reads by entries only; this keeps them within a batch, by what the last ones held and weighed. */
export function createReadSize(eventsMax: number, bytesMax: number): ReadSize {
  const entriesMax = (BATCHES_MAX * eventsMax) / ENTRY_EVENTS_MAX;
  let expectedEvents = Math.max(1, eventsMax / FIRST_READ);
  let expectedBytes = bytesMax / FIRST_READ;
  let lastEntries = 0;
  return {
    next: () => {
      const grown = Math.max(FIRST_READ, GROWTH * lastEntries);
      return Math.max(
        1,
        Math.floor(Math.min(grown, entriesMax, eventsMax / expectedEvents, bytesMax / expectedBytes)),
      );
    },
    observe: ({ entries, events, bytes }) => {
      lastEntries = entries;
      if (entries === 0) return;
      expectedEvents = Math.max(1, events / entries, expectedEvents * EXPECTATION_DECAY);
      expectedBytes = Math.max(1, bytes / entries, expectedBytes * EXPECTATION_DECAY);
    },
  };
}
