import {
  beginJson,
  hasEnded,
  isPlain,
  numberAt,
  p,
  readNumber,
  readString,
  readWhole,
  skipSpace,
  skipValue,
  stringFrom,
  stringTo,
  take,
} from './json';
import {
  ATTEMPT,
  CANCELLED,
  DATA,
  ERROR,
  ERROR_TYPE,
  EVENT_BYTES,
  EVENT_ID,
  EXECUTION_TIME,
  FAILED,
  ID_HIGH,
  ID_LOW,
  PENDING,
  PROGRESS,
  PROGRESS_TEXT,
  PUBLISHER_ID,
  RESULT,
  RETRY,
  RUNNING,
  SEQUENCE,
  STATUS,
  SUCCESS,
  TASK_NAME,
  TASK_REQUEST_ID,
  TIME,
  TRACEPARENT,
  WORKER_CONTAINER,
} from './memory';
import { writeKey } from './merge';
import { readTime } from './read-time';
import { hexadecimal, isDigit, setText } from './text';
import { setUnescaped } from './unescape';
import { isWord, W_ERROR, W_EXECUTION_TIME, W_RESULT, W_STATUSES } from './words';

/** An event of version 1 (protocol/src/event-schema.ts), where it is usual. */

// Members, in the order in which they are expected.
const M_SCHEMA_VERSION: i32 = 0;
const M_EVENT_ID: i32 = 1;
const M_TASK_REQUEST_ID: i32 = 2;
const M_STATUS: i32 = 3;
const M_TIMESTAMP: i32 = 4;
const M_WORKER_CONTAINER: i32 = 5;
const M_ATTEMPT: i32 = 6;
const M_TASK_NAME: i32 = 7;
const M_PROGRESS: i32 = 8;
const M_TRACEPARENT: i32 = 9;
const M_PUBLISHER_ID: i32 = 10;
const M_SEQUENCE: i32 = 11;
const M_DATA: i32 = 12;
/** Named, and never usual. */
const M_SOURCE: i32 = 13;
/** All that have to be there. */
const REQUIRED: i32 = 0b1110001111111;

const NAME_LENGTH_MAX: i32 = 255;

export function readEvent(into: usize, from: usize, to: usize, latestMs: i64, earliestMs: i64): bool {
  beginJson(from, to);
  memory.fill(into, 0, EVENT_BYTES);
  store<f64>(into, NaN, PROGRESS);
  store<f64>(into, NaN, EXECUTION_TIME);
  let seen = 0;
  let expected = 0;
  if (!take(0x7b)) return false;
  do {
    if (!readString() || !isPlain) return false;
    const member = memberNamed(expected);
    if (!take(0x3a)) return false;
    if (member === -1) {
      if (!skipValue(1)) return false;
    } else {
      if ((seen & (1 << member)) !== 0) return false;
      seen |= 1 << member;
      expected = member + 1;
      if (!readMember(into, member, seen)) return false;
    }
  } while (take(0x2c));
  if (!take(0x7d) || !hasEnded() || (seen & REQUIRED) !== REQUIRED) return false;
  const idMs = <i64>(load<u64>(into, ID_HIGH) >> 16);
  if (idMs > latestMs || idMs < earliestMs) return false;
  if (load<i64>(into, TIME) > latestMs * 1000) return false;
  writeKey(into);
  return true;
}

function readMember(into: usize, member: i32, seen: i32): bool {
  switch (member) {
    case M_SCHEMA_VERSION:
      return readWhole() === 1;
    case M_EVENT_ID:
      return readString() && isPlain && readId(into);
    case M_TASK_REQUEST_ID:
      return readName(into + TASK_REQUEST_ID);
    case M_STATUS: {
      if (!readString() || !isPlain) return false;
      const status = statusBeginning(load<u8>(stringFrom), <u32>(stringTo - stringFrom));
      if (!isWord(W_STATUSES + status)) return false;
      store<i32>(into, status, STATUS);
      return true;
    }
    case M_TIMESTAMP:
      return readString() && isPlain && readTime(into);
    case M_WORKER_CONTAINER:
      return readName(into + WORKER_CONTAINER);
    case M_ATTEMPT: {
      const attempt = readWhole();
      if (attempt < 0 || attempt > i32.MAX_VALUE) return false;
      store<i32>(into, <i32>attempt, ATTEMPT);
      return true;
    }
    case M_TASK_NAME:
      return readName(into + TASK_NAME);
    case M_PROGRESS: {
      skipSpace();
      const from = p;
      if (!readNumber()) return false;
      const progress = numberAt(from, p);
      if (!(progress >= 0 && progress <= 1)) return false;
      store<f64>(into, progress, PROGRESS);
      setText(into + PROGRESS_TEXT, from, p);
      return true;
    }
    case M_TRACEPARENT:
      return readString() && isPlain && readTraceparent(into);
    case M_PUBLISHER_ID:
      return readString() && isPlain && readPublisherId(into);
    case M_SEQUENCE: {
      const sequence = readWhole();
      if (sequence < 1) return false;
      store<f64>(into, <f64>sequence, SEQUENCE);
      return true;
    }
    case M_DATA:
      // What is wanted of it depends on the status.
      return (seen & (1 << M_STATUS)) !== 0 && readData(into);
    default:
      return false;
  }
}

/** The only one that it can be. */
function statusBeginning(first: u32, length: u32): i32 {
  switch (first) {
    case 0x52:
      return length === 5 ? RETRY : RUNNING;
    case 0x53:
      return SUCCESS;
    case 0x46:
      return FAILED;
    case 0x43:
      return CANCELLED;
    default:
      return PENDING;
  }
}

/** Of the members, the one that the last string names; -1 for others. @param expected the one that is likely */
function memberNamed(expected: i32): i32 {
  if (expected <= M_SOURCE && isWord(expected)) return expected;
  for (let member = 0; member <= M_SOURCE; member++) if (isWord(member)) return member;
  return -1;
}

/** One to 255 printable characters of ASCII. */
function readName(into: usize): bool {
  if (!readString() || !isPlain) return false;
  const length = <i32>(stringTo - stringFrom);
  if (length < 1 || length > NAME_LENGTH_MAX) return false;
  for (let i = stringFrom; i < stringTo; i++) if (load<u8>(i) >= 0x7f) return false;
  setText(into, stringFrom, stringTo);
  return true;
}

function readPublisherId(into: usize): bool {
  const length = stringTo - stringFrom;
  if (length < 1 || length > 64) return false;
  for (let i = stringFrom; i < stringTo; i++) {
    const c = <u32>load<u8>(i);
    const isLetter = (c | 0x20) - 0x61 < 26;
    if (!isLetter && !isDigit(c) && c !== 0x2d && c !== 0x5f) return false;
  }
  setText(into + PUBLISHER_ID, stringFrom, stringTo);
  return true;
}

/** A UUID version 7 in lower case. */
function readId(into: usize): bool {
  if (stringTo - stringFrom !== 36) return false;
  let high: u64 = 0;
  let low: u64 = 0;
  for (let i = 0; i < 36; i++) {
    const c = <u32>load<u8>(stringFrom + i);
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (c !== 0x2d) return false;
      continue;
    }
    const digit = hexadecimal(c);
    if (digit > 15) return false;
    if (i < 18) high = (high << 4) | digit;
    else low = (low << 4) | digit;
  }
  if (((high >> 12) & 15) !== 7 || low >> 62 !== 2) return false;
  store<u64>(into, high, ID_HIGH);
  store<u64>(into, low, ID_LOW);
  setText(into + EVENT_ID, stringFrom, stringTo);
  return true;
}

/** W3C Trace Context, section 3.2; in lower case. */
function readTraceparent(into: usize): bool {
  if (stringTo - stringFrom !== 55) return false;
  let isVersionFf = true;
  let hasTrace = false;
  let hasSpan = false;
  for (let i = 0; i < 55; i++) {
    const c = <u32>load<u8>(stringFrom + i);
    if (i === 2 || i === 35 || i === 52) {
      if (c !== 0x2d) return false;
      continue;
    }
    if (hexadecimal(c) > 15) return false;
    if (i < 2) isVersionFf = isVersionFf && c === 0x66;
    else if (i < 35) hasTrace = hasTrace || c !== 0x30;
    else if (i < 52) hasSpan = hasSpan || c !== 0x30;
  }
  if (isVersionFf || !hasTrace || !hasSpan) return false;
  setText(into + TRACEPARENT, stringFrom, stringTo);
  return true;
}

/** The object, and of it what the merge wants. */
function readData(into: usize): bool {
  const status = load<i32>(into, STATUS);
  const failed = status === FAILED || status === RETRY;
  let seen = 0;
  skipSpace();
  const from = p;
  if (!take(0x7b)) return false;
  if (!take(0x7d)) {
    do {
      if (!readString() || !isPlain) return false;
      const member = dataMember();
      if (!take(0x3a)) return false;
      skipSpace();
      const valueFrom = p;
      if (!skipValue(2)) return false;
      if (member === 0) continue;
      if ((seen & (1 << member)) !== 0) return false;
      seen |= 1 << member;
      const first = <u32>load<u8>(valueFrom);
      if (member === W_RESULT) {
        if (status === SUCCESS) setText(into + RESULT, valueFrom, p);
      } else if (member === W_EXECUTION_TIME) {
        if ((status === SUCCESS || status === FAILED) && (isDigit(first) || first === 0x2d)) {
          const seconds = numberAt(valueFrom, p);
          if (seconds >= 0) store<f64>(into, seconds, EXECUTION_TIME);
        }
      } else if (failed && first !== 0x6e) {
        if (first !== 0x22) return false;
        if (!setUnescaped(into + (member === W_ERROR ? ERROR : ERROR_TYPE))) return false;
      }
    } while (take(0x2c));
    if (!take(0x7d)) return false;
  }
  setText(into + DATA, from, p);
  return true;
}

function dataMember(): i32 {
  for (let member = W_RESULT; member <= W_EXECUTION_TIME; member++) if (isWord(member)) return member;
  return 0;
}
