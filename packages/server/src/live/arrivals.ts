import type { CurrentTaskState } from '@taskwire/protocol';
import { passes } from './change-filter.ts';
import { changeJson, changeText, placeText, resetText } from './event-text.ts';
import type { Reader } from './reader.ts';

/** Readers on their way in: what they missed is being read, and what happens meanwhile is kept for them. */
export interface Arrivals {
  readonly size: number;
  add(reader: Reader): void;
  remove(reader: Reader): void;
  /** The audience is being told these. */
  meanwhile(states: readonly CurrentTaskState[]): void;
  /** The audience is being told to load anew. */
  resetMeanwhile(): void;
  /** Those who wait now. */
  waiting(): readonly Reader[];
  /**
   * All that the reader is to get before it is one of the audience, and that it is no longer on its way in.
   * @param missed what it missed before it came; null: too much
   * @param cursor where the audience is
   */
  letIn(reader: Reader, missed: readonly CurrentTaskState[] | null, cursor: string): string;
  readers(): Iterable<Reader>;
}

/** What is kept for one reader; with more than this it loads anew what it shows. */
const KEPT_STATES_MAX = 5_000;

interface Kept {
  /** Shared among all arrivals. */
  readonly batches: (readonly CurrentTaskState[])[];
  states: number;
  isTooMuch: boolean;
}

export function createArrivals(): Arrivals {
  const kept = new Map<Reader, Kept>();

  function giveUp(what: Kept): void {
    what.isTooMuch = true;
    what.batches.length = 0;
  }

  return {
    get size() {
      return kept.size;
    },
    add: (reader) => kept.set(reader, { batches: [], states: 0, isTooMuch: false }),
    remove: (reader) => kept.delete(reader),
    meanwhile: (states) => {
      for (const what of kept.values()) {
        if (what.isTooMuch) continue;
        what.batches.push(states);
        what.states += states.length;
        if (what.states > KEPT_STATES_MAX) giveUp(what);
      }
    },
    resetMeanwhile: () => kept.forEach(giveUp),
    waiting: () => [...kept.keys()],
    letIn: (reader, missed, cursor) => {
      const what = kept.get(reader);
      kept.delete(reader);
      if (missed === null || what?.isTooMuch === true) return resetText(cursor);
      const newest = new Map<string, CurrentTaskState>();
      for (const state of [...missed, ...(what?.batches.flat() ?? [])]) {
        const other = newest.get(state.task_request_id);
        if (other === undefined || other.revision < state.revision) newest.set(state.task_request_id, state);
      }
      // No place until all of it is written: a connection that breaks on the way has to get it again.
      const texts = [...newest.values()]
        .filter((state) => passes(reader.filter, state))
        .map((state) => changeText(changeJson(state), null));
      return [...texts, placeText(cursor)].join('');
    },
    readers: () => kept.keys(),
  };
}
