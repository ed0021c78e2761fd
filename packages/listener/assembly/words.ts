import { stringFrom, stringTo } from './json';
import { WORD_PLACES, WORDS } from './memory';
import { compareBytes } from './text';

/** Words that JavaScript has written into memory, in this order: fourteen names of members come first. */

export const W_RESULT: i32 = 14;
export const W_ERROR: i32 = 15;
export const W_EXECUTION_TIME: i32 = 17;
export const W_STATUSES: i32 = 18;
export const W_SENTENCES: i32 = 24;
export const W_PROGRESS: i32 = 30;
export const W_SEPARATOR: i32 = 31;
export const W_LANE: i32 = 32;
// Of what `runsJson` writes: what is before an attempt, its start, its key and its progress.
export const W_RUN_FIRST: i32 = 33;
export const W_RUN_NEXT: i32 = 34;
export const W_RUN_START: i32 = 35;
export const W_RUN_KEY: i32 = 36;
export const W_RUN_PROGRESS: i32 = 37;
export const W_NULL: i32 = 38;
const WORD_COUNT: i32 = 39;

/** To be called once, when the words are there. */
export function placeWords(): void {
  let place = WORDS;
  for (let i = 0; i < WORD_COUNT; i++) {
    store<u32>(WORD_PLACES + 4 * i, place);
    place = (place + 4 + load<u32>(place) + 3) & ~3;
  }
}

/** Its length stands here, and the word behind that. */
export function word(index: i32): usize {
  return <usize>load<u32>(WORD_PLACES + 4 * index);
}

/** Whether the last string is this word. */
export function isWord(index: i32): bool {
  const known = word(index);
  const length = <u32>(stringTo - stringFrom);
  return load<u32>(known) === length && compareBytes(known + 4, stringFrom, length) === 0;
}
