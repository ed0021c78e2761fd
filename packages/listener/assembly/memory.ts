/**
 * Where everything stands in memory. `src/store/batch-encoder.ts` asks for what it has to know of it.
 */

export const EVENTS_MAX: i32 = 2048;

/** Names of members, statuses and sentences, each with its length before it; and where each of them stands. */
export const WORDS: usize = 0x8000;
export const WORD_PLACES: usize = 0x7000;
export const EVENTS: usize = 0x10000;
export const EVENT_BYTES: usize = 192;
export const TASKS: usize = EVENTS + EVENT_BYTES * 2048;
export const TASK_BYTES: usize = 112;
export const PUBLISHERS: usize = TASKS + TASK_BYTES * 2048;
/** Its publisher_id, and the index of its first event. */
export const PUBLISHER_BYTES: usize = 12;
export const ORDER: usize = PUBLISHERS + PUBLISHER_BYTES * 2048;
export const OTHER_ORDER: usize = ORDER + 4 * 2048;
/** Of publishers, then of tasks, then the order of those. */
export const TABLE: usize = OTHER_ORDER + 4 * 2048;
export const TABLE_PLACES: u32 = 4096;
/** Where the events stand: place and length of each. */
export const PLACES: usize = TABLE + 4 * 4096;
/** Of each event in the order, whether it is greater than those of its task before it. */
export const ADVANCES: usize = PLACES + 8 * 2048;
/** The events themselves; behind them texts without their escapes, and what is made. */
export const INPUT: usize = ADVANCES + 2048;

// An event, by where its parts stand from its beginning.
export const ID_HIGH: usize = 0;
export const ID_LOW: usize = 8;
export const TIME: usize = 16;
export const SEQUENCE: usize = 24;
export const PROGRESS: usize = 32;
export const EXECUTION_TIME: usize = 40;
export const ATTEMPT: usize = 48;
export const STATUS: usize = 52;
export const PUBLISHER_REF: usize = 60;
// Texts: place and length; the place is 0 where there is none.
export const EVENT_ID: usize = 64;
export const TASK_REQUEST_ID: usize = 72;
export const TASK_NAME: usize = 80;
export const WORKER_CONTAINER: usize = 88;
export const DATA: usize = 96;
export const RESULT: usize = 104;
export const ERROR: usize = 112;
export const ERROR_TYPE: usize = 120;
export const TRACEPARENT: usize = 128;
export const PROGRESS_TEXT: usize = 136;
export const PUBLISHER_ID: usize = 144;
export const KEY: usize = 152;
export const KEY_BYTES: i32 = 30;

// A task.
export const CREATED: usize = 0;
export const ID: usize = 8;
export const NAME: usize = 16;
/** Index of an event, or -1. */
export const WINNER: usize = 24;
export const FAILURE: usize = 28;
export const FINALS: usize = 32;
export const RUN_COUNT: usize = 36;
/** Start, attempt, and the event with the newest progress or -1, of each. */
const RUNS: usize = 40;
export const RUN_BYTES: usize = 16;
/** Of the id, the eight bytes behind what all ids begin with: what tells most of them apart. */
export const SORT_KEY: usize = 104;

// Statuses, in the order of TASK_STATUSES.
export const PENDING: i32 = 0;
export const RUNNING: i32 = 1;
export const RETRY: i32 = 2;
export const FAILED: i32 = 3;
export const CANCELLED: i32 = 4;
export const SUCCESS: i32 = 5;

export let eventCount: i32 = 0;

export function setEventCount(count: i32): void {
  eventCount = count;
}

export function event(index: i32): usize {
  return EVENTS + EVENT_BYTES * index;
}

export function task(index: i32): usize {
  return TASKS + TASK_BYTES * index;
}

export function publisher(index: i32): usize {
  return PUBLISHERS + PUBLISHER_BYTES * index;
}

export function run(row: usize, index: i32): usize {
  return row + RUNS + RUN_BYTES * index;
}

/** The event at this place of the order. */
export function ordered(place: i32): usize {
  return event(load<i32>(ORDER + 4 * place));
}

export function orderedTask(place: i32): usize {
  return task(load<i32>(TABLE + 4 * place));
}

export function winnerOf(row: usize): usize {
  return event(load<i32>(row, WINNER));
}
