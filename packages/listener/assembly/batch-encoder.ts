import { at, beginOutput } from './binary-arrays';
import { counts, writeCounts, writeEvents } from './event-columns';
import { EVENTS_MAX, event, ordered, PLACES, setEventCount } from './memory';
import { joinTasks } from './merge';
import { isBefore, sortEvents, sortTasks } from './order';
import { beginPublishers, notePublisher, publisherCount } from './publishers';
import { readEvent } from './read-event';
import { writeTasks } from './task-columns';
import { beginTexts } from './unescape';
import { placeWords } from './words';

/**
 * What a listener does with a batch of usual events, in AssemblyScript: from the bytes of each to the binary arrays of
 * `apply_batch.sql`, without an object in between. `src/store/batch-encoder.ts` calls it and tells why; what it makes
 * is what `decodeEvent` and `prepareBatch` make of the same events, or it says that one of them is none of the usual ones.
 *
 * Compiled by `npm run generate:encoder`. There is nothing but numbers and places in memory here.
 */

const FUTURE_MS: i64 = 86_400_000;

// What JavaScript has to know of the memory.
export {
  EVENT_BYTES,
  EVENTS,
  EVENTS_MAX,
  INPUT,
  PLACES,
  PUBLISHER_BYTES,
  PUBLISHER_REF,
  PUBLISHERS,
  SEQUENCE,
  WORDS,
  WORKER_CONTAINER,
} from './memory';

let parameters: usize = 0;

/** To be called once, when the words are there. */
export function begin(): void {
  placeWords();
}

export function publisherTotal(): i32 {
  return publisherCount;
}
/** Where the parameters end. */
export function parametersEnd(): usize {
  return parameters;
}
/** Where it says of each event what statistics want: all times (µs), all durations (s), all ids as text, all statuses. */
export function countsPlace(): usize {
  return counts;
}
/** Where what was made ends. */
export function outputEnd(): usize {
  return at;
}

/**
 * @param count events, whose places are in memory
 * @param texts where there is room for as many bytes as the events have. @param output behind that, a multiple of 8; there
 * is room for three times as many, and for 1,100 of each event besides
 * @returns 0, or one more than the index of an event that is none of the usual ones; -1 where they are none together
 */
export function prepare(count: i32, nowMs: f64, earliestMs: f64, texts: usize, output: usize): i32 {
  if (count < 1 || count > EVENTS_MAX) return -1;
  beginTexts(texts, output);
  setEventCount(count);
  beginPublishers();
  const latestMs = <i64>Math.floor(nowMs) + FUTURE_MS;
  for (let i = 0; i < count; i++) {
    const from = <usize>load<u32>(PLACES + 8 * i);
    const length = load<u32>(PLACES + 8 * i + 4);
    if (!readEvent(event(i), from, from + length, latestMs, <i64>Math.ceil(earliestMs))) return i + 1;
    notePublisher(i);
  }
  sortEvents();
  for (let i = 1; i < count; i++) if (!isBefore(ordered(i - 1), ordered(i))) return -1;
  if (!joinTasks()) return -1;
  sortTasks();
  beginOutput(output);
  writeEvents();
  writeTasks();
  parameters = at;
  writeCounts();
  return 0;
}
