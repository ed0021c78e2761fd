import { EVENT_ID_BYTES, EVENT_ID_WORDS, EventIdTexts } from '../store/event-id-texts.ts';
import { createIdTable } from './id-table.ts';

/** Which events were committed last, so that their copies are known when they are looked at, or come only then. */
export interface RecentCommits {
  add(eventIds: readonly string[] | EventIdTexts, now: number): void;
  /** Never false for one that is remembered. True for one that is not would be an event which waits for its outbox. */
  has(eventId: string): boolean;
  /** The same for one that stands in these bytes at `at`. */
  hasAt(bytes: Buffer, at: number): boolean;
  /** Forgets what nobody holds a copy of, and none has come of for a while. To be called now and then. */
  tidy(isHolding: boolean, now: number): void;
  clear(): void;
}

/**
 * In two generations of `idsMax` each: at least so many of the last ids are remembered. While nothing is held, those of
 * the last `rememberMs` are enough.
 */
export function createRecentCommits(idsMax: number, rememberMs: number): RecentCommits {
  let newer = createIdTable(idsMax);
  let older = createIdTable(idsMax);
  let begunAt = 0;

  function beginGeneration(now: number): void {
    [older, newer] = [newer, older];
    newer.clear();
    begunAt = now;
  }
  return {
    add: (eventIds, now) => {
      const words = eventIds instanceof EventIdTexts ? eventIds.words : null;
      for (let i = 0; i < eventIds.length; i++) {
        if (newer.size >= idsMax) beginGeneration(now);
        if (words === null) newer.add((eventIds as readonly string[])[i] as string);
        else newer.addWords(words, EVENT_ID_WORDS * i, EVENT_ID_WORDS);
      }
    },
    has: (eventId) => newer.has(eventId) || older.has(eventId),
    hasAt: (bytes, at) =>
      newer.hasFrom(bytes, at, at + EVENT_ID_BYTES) || older.hasFrom(bytes, at, at + EVENT_ID_BYTES),
    tidy: (isHolding, now) => {
      if (!isHolding && newer.size + older.size > 0 && now >= begunAt + rememberMs) beginGeneration(now);
    },
    clear: () => {
      newer.clear();
      older.clear();
    },
  };
}
