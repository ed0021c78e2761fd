export interface ReadSize {
  /** How many entries the next read may bring. */
  next(): number;
  observe(entries: number, bytes: number): void;
}

/** The size of an entry is unknown before the first ones have come. */
const FIRST_READ = 128;

/** Large entries are expected for a while after the last one: one burst of them is read in small steps, not guessed. */
const EXPECTATION_DECAY = 0.9;

/** Redis limits reads by count only; this keeps them within a number of bytes, by what the last ones weighed. */
export function createReadSize(eventsMax: number, bytesMax: number): ReadSize {
  let expectedBytes = bytesMax / FIRST_READ;
  return {
    next: () => Math.max(1, Math.min(eventsMax, Math.floor(bytesMax / expectedBytes))),
    observe: (entries, bytes) => {
      if (entries === 0) return;
      expectedBytes = Math.max(1, bytes / entries, expectedBytes * EXPECTATION_DECAY);
    },
  };
}
