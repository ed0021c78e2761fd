import {
  EVENTS_MAX,
  event,
  eventCount,
  ID,
  ID_HIGH,
  ID_LOW,
  ORDER,
  OTHER_ORDER,
  SORT_KEY,
  TABLE,
  task,
} from './memory';
import { taskCount } from './merge';
import { compareTexts } from './text';

/** The order of events and of tasks in the columns. */

export function isBefore(a: usize, b: usize): bool {
  const high = load<u64>(a, ID_HIGH);
  const other = load<u64>(b, ID_HIGH);
  return high < other || (high === other && load<u64>(a, ID_LOW) < load<u64>(b, ID_LOW));
}

/** By event_id. */
export function sortEvents(): void {
  for (let i = 0; i < eventCount; i++) store<i32>(ORDER + 4 * i, i);
  mergeSort(ORDER, OTHER_ORDER, eventCount, false);
}

/** By task_request_id, where the table of tasks was. */
export function sortTasks(): void {
  const shared = sharedLength();
  for (let i = 0; i < taskCount; i++) {
    const row = task(i);
    const length = load<u32>(row, ID + 4);
    const key = bswap<u64>(load<u64>(load<u32>(row, ID) + shared));
    const missing = length - shared < 8 ? 8 * (8 - (length - shared)) : 0;
    store<u64>(row, missing === 64 ? 0 : (key >> missing) << missing, SORT_KEY);
    store<i32>(TABLE + 4 * i, i);
  }
  mergeSort(TABLE, TABLE + 4 * EVENTS_MAX, taskCount, true);
}

function isInOrder(a: i32, b: i32, ofTasks: bool): bool {
  if (!ofTasks) return !isBefore(event(b), event(a));
  const key = load<u64>(task(a), SORT_KEY);
  const other = load<u64>(task(b), SORT_KEY);
  return key !== other ? key < other : compareTexts(task(a) + ID, task(b) + ID) <= 0;
}

/** With so many bytes the ids of all tasks begin alike. */
function sharedLength(): u32 {
  const first = <usize>load<u32>(task(0), ID);
  let length = load<u32>(task(0), ID + 4);
  for (let i = 1; i < taskCount; i++) {
    const place = <usize>load<u32>(task(i), ID);
    length = min(length, load<u32>(task(i), ID + 4));
    let same: u32 = 0;
    while (same < length && load<u8>(first + same) === load<u8>(place + same)) same++;
    length = same;
  }
  return length;
}

/** Indices, from the bottom up. What is in order already is only copied. */
function mergeSort(indices: usize, others: usize, count: i32, ofTasks: bool): void {
  let from = indices;
  let to = others;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = min(start + width, count);
      const end = min(start + 2 * width, count);
      let left = start;
      let right = middle;
      if (
        middle === end ||
        isInOrder(load<i32>(from + 4 * (middle - 1)), load<i32>(from + 4 * middle), ofTasks)
      ) {
        memory.copy(to + 4 * start, from + 4 * start, 4 * (end - start));
        continue;
      }
      for (let i = start; i < end; i++) {
        const takesLeft =
          left < middle &&
          (right === end || isInOrder(load<i32>(from + 4 * left), load<i32>(from + 4 * right), ofTasks));
        store<i32>(to + 4 * i, load<i32>(from + 4 * (takesLeft ? left++ : right++)));
      }
    }
    const last = from;
    from = to;
    to = last;
  }
  if (from !== indices) memory.copy(indices, from, 4 * count);
}
