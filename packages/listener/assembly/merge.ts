import {
  ADVANCES,
  ATTEMPT,
  CANCELLED,
  CREATED,
  event,
  eventCount,
  FAILED,
  FAILURE,
  FINALS,
  ID,
  ID_HIGH,
  ID_LOW,
  KEY,
  KEY_BYTES,
  NAME,
  ORDER,
  PENDING,
  PROGRESS_TEXT,
  RETRY,
  RUN_BYTES,
  RUN_COUNT,
  RUNNING,
  run,
  STATUS,
  SUCCESS,
  TASK_BYTES,
  TASK_NAME,
  TASK_REQUEST_ID,
  TASKS,
  TIME,
  task,
  WINNER,
} from './memory';
import { clearTable, tablePlace } from './table';
import { compareBytes, compareTexts, copyText, hasText } from './text';

/** The merge (protocol/src/merge.ts and merge-key.ts). */

/** More attempts of one task in one batch are not usual. */
const RUNS_MAX: i32 = 4;

export let taskCount: i32 = 0;

/** As its digits there, by bytes. */
export function writeKey(row: usize): void {
  const status = load<i32>(row, STATUS);
  const attempt = load<i32>(row, ATTEMPT);
  const rank = 2 * status + 2;
  const key = row + KEY;
  store<u8>(key, status === SUCCESS ? 2 : status === CANCELLED ? 1 : 0);
  store<u32>(key, bswap<u32>(max(1, attempt)), 1);
  store<u8>(key, attempt === 0 ? 1 : status === PENDING ? 0 : 2, 5);
  const time = <u64>load<i64>(row, TIME);
  if (attempt === 0) {
    store<u64>(key, bswap<u64>((time << 8) | rank), 6);
  } else {
    store<u64>(key, bswap<u64>(((<u64>rank) << 56) | time), 6);
  }
  store<u64>(key, bswap<u64>(load<u64>(row, ID_HIGH)), 14);
  store<u64>(key, bswap<u64>(load<u64>(row, ID_LOW)), 22);
}

/** Whether the key of event a is greater than that of b. */
function isGreater(a: usize, b: usize): bool {
  return compareBytes(a + KEY, b + KEY, KEY_BYTES) > 0;
}

/** Each task joined, its events in their order, and whether each is greater than all before it. */
export function joinTasks(): bool {
  taskCount = 0;
  clearTable();
  for (let i = 0; i < eventCount; i++) {
    const index = load<i32>(ORDER + 4 * i);
    const from = event(index);
    const place = tablePlace(from + TASK_REQUEST_ID, TASKS + ID, TASK_BYTES);
    const known = load<u32>(place);
    if (known === 0) {
      store<u32>(place, taskCount + 1);
      beginTask(task(taskCount++), index);
      store<u8>(ADVANCES + i, 1);
    } else {
      const into = task(known - 1);
      store<u8>(ADVANCES + i, isGreater(from, event(load<i32>(into, WINNER))) ? 1 : 0);
      if (!joinEvent(into, index)) return false;
    }
  }
  return true;
}

function beginTask(into: usize, index: i32): void {
  const from = event(index);
  const status = load<i32>(from, STATUS);
  copyText(into + ID, from + TASK_REQUEST_ID);
  copyText(into + NAME, from + TASK_NAME);
  store<i64>(into, load<i64>(from, TIME), CREATED);
  store<i32>(into, index, WINNER);
  store<i32>(into, status === FAILED || status === RETRY ? index : -1, FAILURE);
  store<i32>(into, finalBit(status), FINALS);
  store<i32>(into, 0, RUN_COUNT);
  if (status === RUNNING) insertRun(into, 0, index);
}

/** @returns false where it has run in more attempts than are held here */
function joinEvent(into: usize, index: i32): bool {
  const from = event(index);
  const status = load<i32>(from, STATUS);
  if (isNameGreater(from + TASK_NAME, into + NAME)) copyText(into + NAME, from + TASK_NAME);
  if (load<i64>(from, TIME) < load<i64>(into, CREATED)) store<i64>(into, load<i64>(from, TIME), CREATED);
  if (isGreater(from, event(load<i32>(into, WINNER)))) store<i32>(into, index, WINNER);
  if (status === FAILED || status === RETRY) {
    const failure = load<i32>(into, FAILURE);
    if (failure === -1 || isGreater(from, event(failure))) store<i32>(into, index, FAILURE);
  }
  store<i32>(into, load<i32>(into, FINALS) | finalBit(status), FINALS);
  return status !== RUNNING || joinRun(into, index);
}

function finalBit(status: i32): i32 {
  return status < FAILED ? 0 : 1 << (status - FAILED);
}

/** In the order of bytes; no name is less than any. */
function isNameGreater(a: usize, b: usize): bool {
  if (load<u32>(a) === 0) return false;
  if (load<u32>(b) === 0) return true;
  return compareTexts(a, b) > 0;
}

function runAttempt(index: i32): i32 {
  return max(1, load<i32>(event(index), ATTEMPT));
}

function joinRun(into: usize, index: i32): bool {
  const from = event(index);
  const attempt = runAttempt(index);
  const count = load<i32>(into, RUN_COUNT);
  let i = 0;
  while (i < count && load<i32>(run(into, i), 8) < attempt) i++;
  if (i === count || load<i32>(run(into, i), 8) !== attempt) return insertRun(into, i, index);
  const known = run(into, i);
  if (load<i64>(from, TIME) < load<i64>(known)) store<i64>(known, load<i64>(from, TIME));
  const newest = load<i32>(known, 12);
  if (hasText(from + PROGRESS_TEXT) && (newest === -1 || isGreater(from, event(newest))))
    store<i32>(known, index, 12);
  return true;
}

function insertRun(into: usize, place: i32, index: i32): bool {
  const count = load<i32>(into, RUN_COUNT);
  if (count === RUNS_MAX) return false;
  for (let i = count; i > place; i--) memory.copy(run(into, i), run(into, i - 1), RUN_BYTES);
  const from = event(index);
  store<i64>(run(into, place), load<i64>(from, TIME));
  store<i32>(run(into, place), runAttempt(index), 8);
  store<i32>(run(into, place), hasText(from + PROGRESS_TEXT) ? index : -1, 12);
  store<i32>(into, count + 1, RUN_COUNT);
  return true;
}
