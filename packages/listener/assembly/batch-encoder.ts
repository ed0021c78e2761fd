/**
 * What a listener does with a batch of usual events, in AssemblyScript: from the bytes of each to the binary arrays of
 * `apply_batch.sql`, without an object in between. `src/store/batch-encoder.ts` calls it and tells why; what it makes
 * is what `decodeEvent` and `prepareBatch` make of the same events, or it says that one of them is none of the usual ones.
 *
 * Compiled by `npm run generate:encoder`. There is nothing but numbers and places in memory here.
 */

/** What JavaScript reads from the digits between these places. */
declare function numberIn(from: usize, to: usize): f64;
/** Whether JavaScript would write that number with the same digits. */
declare function isWrittenSo(from: usize, to: usize): bool;

// ---- Memory: as `src/store/batch-encoder.ts` has it. -----------------------------------------------------------------

/** Names of members, statuses and sentences, each with its length before it. */
const WORDS: usize = 0x8000;
const WORD_PLACES: usize = 0x7000;
const EVENTS_MAX: i32 = 2048;
const EVENTS: usize = 0x10000;
const EVENT_BYTES: usize = 192;
const TASKS: usize = EVENTS + EVENT_BYTES * 2048;
const TASK_BYTES: usize = 112;
const PUBLISHERS: usize = TASKS + TASK_BYTES * 2048;
/** Its publisher_id, and the index of its first event. */
const PUBLISHER_BYTES: usize = 12;
const ORDER: usize = PUBLISHERS + PUBLISHER_BYTES * 2048;
const OTHER_ORDER: usize = ORDER + 4 * 2048;
const TABLE: usize = OTHER_ORDER + 4 * 2048;
const TABLE_PLACES: u32 = 4096;
/** Where the events stand: place and length of each. */
const PLACES: usize = TABLE + 4 * 4096;
const ADVANCES: usize = PLACES + 8 * 2048;
// Behind them the events themselves, texts without their escapes, and what is made.

// An event, by where its parts stand from its beginning.
const ID_HIGH: usize = 0;
const ID_LOW: usize = 8;
const TIME: usize = 16;
const SEQUENCE: usize = 24;
const PROGRESS: usize = 32;
const EXECUTION_TIME: usize = 40;
const ATTEMPT: usize = 48;
const STATUS: usize = 52;
const TASK_REF: usize = 56;
const PUBLISHER_REF: usize = 60;
// Texts: place and length; the place is 0 where there is none.
const EVENT_ID: usize = 64;
const TASK_REQUEST_ID: usize = 72;
const TASK_NAME: usize = 80;
const WORKER_CONTAINER: usize = 88;
const DATA: usize = 96;
const RESULT: usize = 104;
const ERROR: usize = 112;
const ERROR_TYPE: usize = 120;
const TRACEPARENT: usize = 128;
const PROGRESS_TEXT: usize = 136;
const PUBLISHER_ID: usize = 144;
const KEY: usize = 152;
const KEY_BYTES: i32 = 30;

// A task.
const CREATED: usize = 0;
const ID: usize = 8;
const NAME: usize = 16;
/** Of the id, the eight bytes behind what all ids begin with: what tells most of them apart. */
const SORT_KEY: usize = 104;
/** Index of an event, or -1. */
const WINNER: usize = 24;
const FAILURE: usize = 28;
const FINALS: usize = 32;
const RUN_COUNT: usize = 36;
/** Start, attempt, and the event with the newest progress or -1, of each. */
const RUNS: usize = 40;
const RUN_BYTES: usize = 16;
const RUNS_MAX: i32 = 4;

// Statuses, in the order of TASK_STATUSES.
const PENDING: i32 = 0;
const RUNNING: i32 = 1;
const RETRY: i32 = 2;
const FAILED: i32 = 3;
const CANCELLED: i32 = 4;
const SUCCESS: i32 = 5;

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

// Words behind the names: members of data, statuses, sentences.
const W_RESULT: i32 = 14;
const W_ERROR: i32 = 15;
const W_EXECUTION_TIME: i32 = 17;
const W_STATUSES: i32 = 18;
const W_SENTENCES: i32 = 24;
const W_PROGRESS: i32 = 30;
const W_SEPARATOR: i32 = 31;
const W_LANE: i32 = 32;
const WORD_COUNT: i32 = 33;

const DEPTH_MAX: i32 = 32;
/** One in each of eight bytes. */
const EACH_BYTE: u64 = <u64>0x01010101 * 0x100000001;
/** Whole numbers of so many digits, and fractions, are exact as doubles. */
const DIGITS_MAX: i32 = 15;
const NAME_LENGTH_MAX: i32 = 255;
const MESSAGE_ERROR_LENGTH_MAX: i32 = 500;
const FUTURE_MS: i64 = 86_400_000;
const YEAR_2000_US: i64 = 946_684_800_000_000;
/** The first of 2255, as in protocol/src/timestamp.ts. */
const LATEST_US: i64 = 8_993_721_600_000_000;

// From pg_type.
const OID_BOOLEAN: u32 = 16;
const OID_BYTEA: u32 = 17;
const OID_BIGINT: u32 = 20;
const OID_SMALLINT: u32 = 21;
const OID_INTEGER: u32 = 23;
const OID_TEXT: u32 = 25;
const OID_DOUBLE: u32 = 701;
const OID_TIMESTAMPTZ: u32 = 1184;
const OID_UUID: u32 = 2950;

/** Where texts without their escapes go on, and end. */
let textsAt: usize = 0;
let textsEnd: usize = 0;
let at: usize = 0;
let eventCount: i32 = 0;
let taskCount: i32 = 0;
let publisherCount: i32 = 0;
let parameters: usize = 0;
let counts: usize = 0;

/** To be called once, when the words are there. */
export function begin(): void {
  let place = WORDS;
  for (let i = 0; i < WORD_COUNT; i++) {
    store<u32>(WORD_PLACES + 4 * i, place);
    place = (place + 4 + load<u32>(place) + 3) & ~3;
  }
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
  textsAt = texts;
  textsEnd = output;
  eventCount = count;
  publisherCount = 0;
  memory.fill(TABLE, 0, 4 * TABLE_PLACES);
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
  at = output;
  writeEvents();
  writeTasks();
  parameters = at;
  writeCounts();
  return 0;
}

// ---- An event. ------------------------------------------------------------------------------------------------------

// Where it goes on, and where the text ends.
let p: usize = 0;
let e: usize = 0;
// The last string: what stands between its quotes, and whether it is that without any escape.
let stringFrom: usize = 0;
let stringTo: usize = 0;
let isPlain: bool = false;

function readEvent(into: usize, from: usize, to: usize, latestMs: i64, earliestMs: i64): bool {
  p = from;
  e = to;
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
  if (!take(0x7d)) return false;
  skipSpace();
  if (p !== e || (seen & REQUIRED) !== REQUIRED) return false;
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
      const progress = numberIn(from, p);
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

/** `2026-01-01T10:00:00.000000Z`, in µs. */
function readTime(into: usize): bool {
  if (stringTo - stringFrom !== 27) return false;
  const year = digits(0, 4);
  const month = digits(5, 2);
  const day = digits(8, 2);
  const hour = digits(11, 2);
  const minute = digits(14, 2);
  const second = digits(17, 2);
  const fraction = digits(20, 6);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0 || fraction < 0) return false;
  const f = stringFrom;
  if (load<u8>(f, 4) !== 0x2d || load<u8>(f, 7) !== 0x2d || load<u8>(f, 10) !== 0x54) return false;
  if (load<u8>(f, 13) !== 0x3a || load<u8>(f, 16) !== 0x3a) return false;
  if (load<u8>(f, 19) !== 0x2e || load<u8>(f, 26) !== 0x5a) return false;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return false;
  if (day > daysIn(year, month) || year < 1970) return false;
  const days = daysBefore(year, month) + day - 1;
  const us = (((<i64>days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + fraction;
  if (us >= LATEST_US) return false;
  store<i64>(into, us, TIME);
  return true;
}

function digits(from: i32, count: i32): i32 {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const digit = <u32>load<u8>(stringFrom + from + i) - 0x30;
    if (digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isLeap(year: i32): bool {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: i32, month: i32): i32 {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

let lastYear = 0;
let lastMonth = 0;
let lastDays = 0;

/** Days from 1970 to the first of this month. */
function daysBefore(year: i32, month: i32): i32 {
  if (year === lastYear && month === lastMonth) return lastDays;
  let days = 0;
  for (let y = 1970; y < year; y++) days += isLeap(y) ? 366 : 365;
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  lastYear = year;
  lastMonth = month;
  lastDays = days;
  return days;
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
          const seconds = numberIn(valueFrom, p);
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

// ---- JSON (RFC 8259). -----------------------------------------------------------------------------------------------

function skipSpace(): void {
  while (p < e) {
    const c = load<u8>(p);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
    p++;
  }
}

/** Goes past this character, and what space is before it, where it comes next. */
function take(character: u32): bool {
  if (p < e && <u32>load<u8>(p) === character) {
    p++;
    return true;
  }
  skipSpace();
  if (p >= e || <u32>load<u8>(p) !== character) return false;
  p++;
  return true;
}

function skipValue(depth: i32): bool {
  skipSpace();
  if (p >= e) return false;
  const c = <u32>load<u8>(p);
  if (c === 0x22) return readString();
  if (c === 0x2d || isDigit(c)) return readNumber();
  if (c === 0x74) return skipLiteral(0x65757274, 4);
  if (c === 0x6e) return skipLiteral(0x6c6c756e, 4);
  if (c === 0x66) return p + 5 <= e && load<u8>(p, 4) === 0x65 && skipLiteral(0x736c6166, 5);
  if (depth >= DEPTH_MAX) return false;
  if (c === 0x5b) {
    p++;
    if (take(0x5d)) return true;
    do {
      if (!skipValue(depth + 1)) return false;
    } while (take(0x2c));
    return take(0x5d);
  }
  if (c !== 0x7b) return false;
  p++;
  if (take(0x7d)) return true;
  do {
    if (!readString() || !take(0x3a) || !skipValue(depth + 1)) return false;
  } while (take(0x2c));
  return take(0x7d);
}

function skipLiteral(beginning: u32, length: usize): bool {
  if (p + length > e || load<u32>(p) !== beginning) return false;
  p += length;
  return true;
}

/** Neither NUL nor halves of surrogate pairs, which PostgreSQL cannot hold; pairs as escapes are none of the usual ones. */
function readString(): bool {
  if (!take(0x22)) return false;
  stringFrom = p;
  isPlain = true;
  let i = p;
  while (true) {
    // Eight bytes at a time: that is where most of the time is spent.
    const found = unusualIn(load<u64>(i));
    if (found === 0) {
      i += 8;
      if (i >= e) return false;
      continue;
    }
    i += <usize>(ctz(found) >> 3);
    if (i >= e) return false;
    const c = <u32>load<u8>(i);
    if (c === 0x22) {
      stringTo = i;
      p = i + 1;
      return true;
    }
    if (c < 0x20) return false;
    p = i;
    if (c === 0x5c) {
      isPlain = false;
      if (!skipEscape()) return false;
    } else if (!skipCharacter(c)) return false;
    i = p;
  }
}

/**
 * The highest bit of the first byte that is a control character, a quote, a backslash or none of ASCII; what is above it means
 * nothing, and 0 is for none. With all eight at once: what is less than what is taken from it borrows from above.
 */
function unusualIn(bytes: u64): u64 {
  return (
    ((bytes - 0x20 * EACH_BYTE) |
      ((bytes ^ (0x22 * EACH_BYTE)) - EACH_BYTE) |
      ((bytes ^ (0x5c * EACH_BYTE)) - EACH_BYTE) |
      bytes) &
    (0x80 * EACH_BYTE)
  );
}

function skipEscape(): bool {
  if (p + 1 >= e) return false;
  const c = <u32>load<u8>(p, 1);
  if (c === 0x75) {
    if (p + 6 > e) return false;
    const unit = unitAt(p + 2);
    if (unit <= 0 || (unit >= 0xd800 && unit <= 0xdfff)) return false;
    p += 6;
    return true;
  }
  p += 2;
  return (
    c === 0x6e ||
    c === 0x22 ||
    c === 0x5c ||
    c === 0x74 ||
    c === 0x2f ||
    c === 0x72 ||
    c === 0x62 ||
    c === 0x66
  );
}

/** The number of four hexadecimal digits; -1 where they are none. */
function unitAt(from: usize): i32 {
  let unit = 0;
  for (let i = 0; i < 4; i++) {
    const c = <u32>load<u8>(from + i);
    const isUpper = c - 0x41 < 6;
    const digit = hexadecimal(isUpper ? c | 0x20 : c);
    if (digit > 15) return -1;
    unit = (unit << 4) | digit;
  }
  return unit;
}

/** Beyond ASCII, as UTF-8 has it (RFC 3629, section 4). */
function skipCharacter(first: u32): bool {
  let least: u32 = 0x80;
  let most: u32 = 0xbf;
  let more = 1;
  if (first >= 0xf0) {
    if (first > 0xf4) return false;
    if (first === 0xf0) least = 0x90;
    if (first === 0xf4) most = 0x8f;
    more = 3;
  } else if (first >= 0xe0) {
    if (first === 0xe0) least = 0xa0;
    if (first === 0xed) most = 0x9f;
    more = 2;
  } else if (first < 0xc2) return false;
  if (p + more >= e) return false;
  const second = <u32>load<u8>(p, 1);
  if (second < least || second > most) return false;
  for (let i = 2; i <= more; i++) if ((load<u8>(p + i) & 0xc0) !== 0x80) return false;
  p += more + 1;
  return true;
}

/** Without an exponent, and so that JavaScript and PostgreSQL mean the same number by it. */
function readNumber(): bool {
  const from = p;
  if (p < e && load<u8>(p) === 0x2d) p++;
  const wholeFrom = p;
  let significant = 0;
  while (p < e && isDigit(load<u8>(p))) {
    if (significant > 0 || load<u8>(p) !== 0x30) significant++;
    p++;
  }
  const whole = <i32>(p - wholeFrom);
  if (whole === 0 || whole > DIGITS_MAX || (whole > 1 && load<u8>(wholeFrom) === 0x30)) return false;
  if (p < e && load<u8>(p) === 0x2e) {
    p++;
    const fractionFrom = p;
    while (p < e && isDigit(load<u8>(p))) {
      if (significant > 0 || load<u8>(p) !== 0x30) significant++;
      p++;
    }
    const fraction = p - fractionFrom;
    if (fraction === 0 || fraction > 30) return false;
  }
  if (p < e && (load<u8>(p) | 0x20) === 0x65) return false;
  return significant <= DIGITS_MAX || isWrittenSo(from, p);
}

/** A whole number from 0 on, of digits that are exact; -1 for others. */
function readWhole(): i64 {
  skipSpace();
  const from = p;
  let value: i64 = 0;
  while (p < e && isDigit(load<u8>(p))) {
    value = value * 10 + load<u8>(p) - 0x30;
    p++;
  }
  const length = <i32>(p - from);
  if (length === 0 || length > DIGITS_MAX || (length > 1 && load<u8>(from) === 0x30)) return -1;
  if (p < e && (load<u8>(p) === 0x2e || (load<u8>(p) | 0x20) === 0x65)) return -1;
  return value;
}

/** The last string without its escapes. */
function setUnescaped(into: usize): bool {
  // It has been left by now: its value is the last one that was gone past.
  if (isPlain) {
    setText(into, stringFrom, stringTo);
    return true;
  }
  if (textsAt + (stringTo - stringFrom) > textsEnd) return false;
  const textFrom = textsAt;
  for (let i = stringFrom; i < stringTo; ) {
    const c = <u32>load<u8>(i);
    if (c !== 0x5c) {
      store<u8>(textsAt++, c);
      i++;
      continue;
    }
    const escaped = <u32>load<u8>(i, 1);
    if (escaped === 0x75) {
      putCharacter(<u32>unitAt(i + 2));
      i += 6;
    } else {
      store<u8>(textsAt++, unescaped(escaped));
      i += 2;
    }
  }
  setText(into, textFrom, textsAt);
  return true;
}

function unescaped(c: u32): u32 {
  switch (c) {
    case 0x6e:
      return 0x0a;
    case 0x74:
      return 0x09;
    case 0x72:
      return 0x0d;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    default:
      return c;
  }
}

function putCharacter(unit: u32): void {
  if (unit < 0x80) store<u8>(textsAt++, unit);
  else if (unit < 0x800) {
    store<u8>(textsAt++, 0xc0 | (unit >> 6));
    store<u8>(textsAt++, 0x80 | (unit & 0x3f));
  } else {
    store<u8>(textsAt++, 0xe0 | (unit >> 12));
    store<u8>(textsAt++, 0x80 | ((unit >> 6) & 0x3f));
    store<u8>(textsAt++, 0x80 | (unit & 0x3f));
  }
}

// ---- The merge (protocol/src/merge.ts and merge-key.ts). ------------------------------------------------------------

/** As its digits there, by bytes. */
function writeKey(row: usize): void {
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
function joinTasks(): bool {
  taskCount = 0;
  memory.fill(TABLE, 0, 4 * TABLE_PLACES);
  for (let i = 0; i < eventCount; i++) {
    const index = load<i32>(ORDER + 4 * i);
    const from = event(index);
    const place = tablePlace(from + TASK_REQUEST_ID, TASKS + ID, TASK_BYTES);
    const known = load<u32>(place);
    if (known === 0) {
      store<u32>(place, taskCount + 1);
      store<i32>(from, taskCount, TASK_REF);
      beginTask(task(taskCount++), index);
      store<u8>(ADVANCES + i, 1);
    } else {
      const into = task(known - 1);
      store<i32>(from, known - 1, TASK_REF);
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

// ---- Order and identity. --------------------------------------------------------------------------------------------

function isBefore(a: usize, b: usize): bool {
  const high = load<u64>(a, ID_HIGH);
  const other = load<u64>(b, ID_HIGH);
  return high < other || (high === other && load<u64>(a, ID_LOW) < load<u64>(b, ID_LOW));
}

/** By event_id. */
function sortEvents(): void {
  for (let i = 0; i < eventCount; i++) store<i32>(ORDER + 4 * i, i);
  mergeSort(ORDER, OTHER_ORDER, eventCount, false);
}

/** By task_request_id, where the table of tasks was. */
function sortTasks(): void {
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

let lastPublisher: i32 = 0;

function notePublisher(index: i32): void {
  const from = event(index);
  const text = from + PUBLISHER_ID;
  if (publisherCount > 0 && compareTexts(text, publisher(lastPublisher)) === 0) {
    store<i32>(from, lastPublisher, PUBLISHER_REF);
    return;
  }
  const place = tablePlace(text, PUBLISHERS, PUBLISHER_BYTES);
  if (load<i32>(place) === 0) {
    const into = publisher(publisherCount++);
    copyText(into, text);
    store<i32>(into, index, 8);
    store<i32>(place, publisherCount);
  }
  lastPublisher = load<i32>(place) - 1;
  store<i32>(from, lastPublisher, PUBLISHER_REF);
}

/** Where one more than the index of the record with this text stands, or would (linear probing). */
function tablePlace(text: usize, records: usize, recordBytes: usize): usize {
  let slot = hash(text) & (TABLE_PLACES - 1);
  while (true) {
    const known = load<u32>(TABLE + 4 * slot);
    if (known === 0 || compareTexts(text, records + recordBytes * (known - 1)) === 0) return TABLE + 4 * slot;
    slot = (slot + 1) & (TABLE_PLACES - 1);
  }
}

/** Eight bytes at a time, as FNV-1a does it with each. */
function hash(text: usize): u32 {
  const from = <usize>load<u32>(text);
  const length = load<u32>(text, 4);
  let value: u64 = 0xcbf29ce4 ^ length;
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) {
    value = (value ^ load<u64>(from + i)) * 0x100000001b3;
    value ^= value >> 29;
  }
  if (i < length) value = (value ^ (load<u64>(from + i) << (8 * (8 - (length - i))))) * 0x100000001b3;
  return <u32>(value ^ (value >> 32));
}

// ---- Small things. --------------------------------------------------------------------------------------------------

function event(index: i32): usize {
  return EVENTS + EVENT_BYTES * index;
}
function task(index: i32): usize {
  return TASKS + TASK_BYTES * index;
}
function publisher(index: i32): usize {
  return PUBLISHERS + PUBLISHER_BYTES * index;
}
function run(row: usize, index: i32): usize {
  return row + RUNS + RUN_BYTES * index;
}
/** The event at this place of the order. */
function ordered(place: i32): usize {
  return event(load<i32>(ORDER + 4 * place));
}
function orderedTask(place: i32): usize {
  return task(load<i32>(TABLE + 4 * place));
}
function winnerOf(row: usize): usize {
  return event(load<i32>(row, WINNER));
}

function setText(into: usize, from: usize, to: usize): void {
  store<u32>(into, from);
  store<u32>(into, to - from, 4);
}
function copyText(into: usize, from: usize): void {
  store<u64>(into, load<u64>(from));
}
function hasText(text: usize): bool {
  return load<u32>(text) !== 0;
}

/** In the order of bytes. */
function compareTexts(a: usize, b: usize): i32 {
  const length = load<u32>(a, 4);
  const other = load<u32>(b, 4);
  const order = compareBytes(load<u32>(a), load<u32>(b), min(length, other));
  return order !== 0 ? order : length < other ? -1 : length > other ? 1 : 0;
}

/** Eight at a time, as numbers whose first byte counts most. */
function compareBytes(a: usize, b: usize, length: u32): i32 {
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) {
    const x = load<u64>(a + i);
    const y = load<u64>(b + i);
    if (x !== y) return bswap<u64>(x) < bswap<u64>(y) ? -1 : 1;
  }
  if (i === length) return 0;
  // What stands behind the last ones does not count.
  const rest = 8 * (8 - (length - i));
  const x = bswap<u64>(load<u64>(a + i)) >> rest;
  const y = bswap<u64>(load<u64>(b + i)) >> rest;
  return x === y ? 0 : x < y ? -1 : 1;
}

/** Whether the last string is this word. */
function isWord(index: i32): bool {
  const word = <usize>load<u32>(WORD_PLACES + 4 * index);
  const length = <u32>(stringTo - stringFrom);
  return load<u32>(word) === length && compareBytes(word + 4, stringFrom, length) === 0;
}

function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

/** Of a digit in lower case; more than 15 for what is none. */
function hexadecimal(c: u32): u32 {
  if (isDigit(c)) return c - 0x30;
  return c - 0x61 < 6 ? c - 0x61 + 10 : 16;
}

// ---- Binary arrays (PostgreSQL's array_recv), in the order of the parameters, each with its length before it. -------

/** Where its length is to stand. */
let columnFrom: usize = 0;

function beginColumn(oid: u32, count: i32): void {
  columnFrom = at;
  at += 4;
  // One dimension, there may be a NULL, the type, so many, from 1 on.
  putWord(1);
  putWord(1);
  putWord(oid);
  putWord(count);
  putWord(1);
}

/** Nothing but NULL. */
function putEmptyColumn(oid: u32): void {
  columnFrom = at;
  at += 4;
  putWord(0);
  putWord(0);
  putWord(oid);
  endColumn();
}

function endColumn(): void {
  store<u32>(columnFrom, bswap<u32>(<u32>(at - columnFrom - 4)));
}

function putWord(word: u32): void {
  store<u32>(at, bswap<u32>(word));
  at += 4;
}
function putNull(): void {
  putWord(<u32>-1);
}
function putLong(value: i64): void {
  putWord(8);
  store<i64>(at, bswap<i64>(value));
  at += 8;
}
function putDouble(value: f64): void {
  putLong(reinterpret<i64>(value));
}
function putTime(us: i64): void {
  putLong(us - YEAR_2000_US);
}

/** Eight bytes at a time: what is written too far is written over by what follows. */
function putBytes(from: usize, length: usize): void {
  const to = at;
  at = to + length;
  if (length > 256) memory.copy(to, from, length);
  else for (let i: usize = 0; i < length; i += 8) store<u64>(to + i, load<u64>(from + i));
}
function putText(text: usize): void {
  const from = <usize>load<u32>(text);
  if (from === 0) {
    putNull();
    return;
  }
  const length = load<u32>(text, 4);
  putWord(length);
  putBytes(from, length);
}
function putWordText(index: i32): void {
  const word = <usize>load<u32>(WORD_PLACES + 4 * index);
  putWord(load<u32>(word));
  putBytes(word + 4, load<u32>(word));
}
function putKey(row: usize): void {
  putWord(KEY_BYTES);
  putBytes(row + KEY, KEY_BYTES);
}

/** One text of each event. */
function putTexts(field: usize): void {
  let some = false;
  for (let i = 0; i < eventCount && !some; i++) some = hasText(event(i) + field);
  if (!some) {
    putEmptyColumn(OID_TEXT);
    return;
  }
  beginColumn(OID_TEXT, eventCount);
  for (let i = 0; i < eventCount; i++) putText(ordered(i) + field);
  endColumn();
}

function writeEvents(): void {
  const count = eventCount;
  beginColumn(OID_UUID, count);
  for (let i = 0; i < count; i++) {
    const from = ordered(i);
    putWord(16);
    store<u64>(at, bswap<u64>(load<u64>(from, ID_HIGH)));
    store<u64>(at, bswap<u64>(load<u64>(from, ID_LOW)), 8);
    at += 16;
  }
  endColumn();
  putTexts(TASK_REQUEST_ID);
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putWordText(W_STATUSES + load<i32>(ordered(i), STATUS));
  endColumn();
  beginColumn(OID_INTEGER, count);
  for (let i = 0; i < count; i++) {
    putWord(4);
    putWord(load<i32>(ordered(i), ATTEMPT));
  }
  endColumn();
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putMessage(ordered(i));
  endColumn();
  putTexts(TASK_NAME);
  putTexts(WORKER_CONTAINER);
  putTexts(DATA);
  beginColumn(OID_TIMESTAMPTZ, count);
  for (let i = 0; i < count; i++) putTime(load<i64>(ordered(i), TIME));
  endColumn();
  beginColumn(OID_BYTEA, count);
  for (let i = 0; i < count; i++) putKey(ordered(i));
  endColumn();
  beginColumn(OID_BOOLEAN, count);
  for (let i = 0; i < count; i++) {
    putWord(1);
    store<u8>(at++, load<u8>(ADVANCES + i));
  }
  endColumn();
  putProgress();
  // The source: none of the usual events names one.
  putEmptyColumn(OID_TEXT);
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putWordText(W_LANE);
  endColumn();
  putTexts(PUBLISHER_ID);
  beginColumn(OID_BIGINT, count);
  for (let i = 0; i < count; i++) putLong(<i64>load<f64>(ordered(i), SEQUENCE));
  endColumn();
  putTexts(TRACEPARENT);
}

function putProgress(): void {
  let some = false;
  for (let i = 0; i < eventCount && !some; i++) some = hasText(event(i) + PROGRESS_TEXT);
  if (!some) {
    putEmptyColumn(OID_DOUBLE);
    return;
  }
  beginColumn(OID_DOUBLE, eventCount);
  for (let i = 0; i < eventCount; i++) {
    const from = ordered(i);
    if (hasText(from + PROGRESS_TEXT)) putDouble(load<f64>(from, PROGRESS));
    else putNull();
  }
  endColumn();
}

/** The sentence of the history (store/log-message.ts). */
function putMessage(from: usize): void {
  const lengthAt = at;
  at += 4;
  const status = load<i32>(from, STATUS);
  if (status === RUNNING && hasText(from + PROGRESS_TEXT)) {
    putSentence(W_PROGRESS);
    putSentence(W_SEPARATOR);
    putDigits(rounded(load<f64>(from, PROGRESS) * 100));
    store<u8>(at++, 0x25);
  } else {
    putSentence(W_SENTENCES + status);
    if (load<u32>(from + ERROR, 4) > 0) {
      putSentence(W_SEPARATOR);
      putShortened(from + ERROR);
    }
  }
  store<u32>(lengthAt, bswap<u32>(<u32>(at - lengthAt - 4)));
}

/** As Math.round of JavaScript: adding a half first would round up what is next to it. */
function rounded(value: f64): u64 {
  const whole = Math.floor(value);
  return <u64>whole + (value - whole >= 0.5 ? 1 : 0);
}

function putSentence(index: i32): void {
  const word = <usize>load<u32>(WORD_PLACES + 4 * index);
  putBytes(word + 4, load<u32>(word));
}

/** Up to so many units of UTF-16, as JavaScript counts them, and where that is not all of it a sign for the rest. */
function putShortened(text: usize): void {
  const from = <usize>load<u32>(text);
  const to = from + load<u32>(text, 4);
  let units = 0;
  let i = from;
  while (i < to) {
    const c = <u32>load<u8>(i);
    const bytes = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    const more = bytes === 4 ? 2 : 1;
    if (units + more > MESSAGE_ERROR_LENGTH_MAX) break;
    units += more;
    i += bytes;
  }
  if (i === to) {
    putBytes(from, to - from);
    return;
  }
  // What looks like half of a pair that was cut is left out there too, unless one was.
  const isReplacement =
    i - from >= 3 && load<u8>(i - 3) === 0xef && load<u8>(i - 2) === 0xbf && load<u8>(i - 1) === 0xbd;
  if (isReplacement && units === MESSAGE_ERROR_LENGTH_MAX) i -= 3;
  putBytes(from, i - from);
  store<u8>(at++, 0xe2);
  store<u8>(at++, 0x80);
  store<u8>(at++, 0xa6);
}

function putDigits(value: u64): void {
  let count = 1;
  for (let rest = value / 10; rest > 0; rest /= 10) count++;
  let rest = value;
  for (let i = count - 1; i >= 0; i--) {
    store<u8>(at + i, <u8>(0x30 + (rest % 10)));
    rest /= 10;
  }
  at += count;
}

function putHexadecimal(from: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const byte = <u32>load<u8>(from + i);
    store<u8>(at++, hexadecimalDigit(byte >> 4));
    store<u8>(at++, hexadecimalDigit(byte & 15));
  }
}
function hexadecimalDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x61 + value - 10;
}

function putCharacters(first: u32, second: u32): void {
  store<u8>(at++, first);
  store<u8>(at++, second);
}

/** The row of each task (`rowOf`), sorted. */
function writeTasks(): void {
  const count = taskCount;
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putText(orderedTask(i) + ID);
  endColumn();
  putTaskTexts(0);
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putWordText(W_STATUSES + load<i32>(winnerOf(orderedTask(i)), STATUS));
  endColumn();
  beginColumn(OID_INTEGER, count);
  for (let i = 0; i < count; i++) {
    putWord(4);
    putWord(max(1, load<i32>(winnerOf(orderedTask(i)), ATTEMPT)));
  }
  endColumn();
  putTaskProgress();
  putTaskTexts(1);
  putTaskTexts(2);
  putTaskTexts(3);
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putText(winnerOf(orderedTask(i)) + WORKER_CONTAINER);
  endColumn();
  beginColumn(OID_TIMESTAMPTZ, count);
  for (let i = 0; i < count; i++) putTime(load<i64>(orderedTask(i), CREATED));
  endColumn();
  putTaskTimes(false);
  putTaskTimes(true);
  beginColumn(OID_TIMESTAMPTZ, count);
  for (let i = 0; i < count; i++) putTime(load<i64>(winnerOf(orderedTask(i)), TIME));
  endColumn();
  beginColumn(OID_BYTEA, count);
  for (let i = 0; i < count; i++) putKey(winnerOf(orderedTask(i)));
  endColumn();
  putFailureKeys();
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putRuns(orderedTask(i));
  endColumn();
  beginColumn(OID_SMALLINT, count);
  for (let i = 0; i < count; i++) {
    putWord(2);
    store<u16>(at, bswap<u16>(<u16>load<i32>(orderedTask(i), FINALS)));
    at += 2;
  }
  endColumn();
}

/** Its name (0), result (1), error (2) or type of error (3), as a place and a length; 0 where there is none. */
function taskText(row: usize, which: i32): usize {
  if (which === 0) return row + NAME;
  const winner = winnerOf(row);
  if (which === 1) return winner + RESULT;
  const status = load<i32>(winner, STATUS);
  const failure = load<i32>(row, FAILURE);
  if (failure === -1 || status === SUCCESS || status === CANCELLED) return 0;
  return event(failure) + (which === 2 ? ERROR : ERROR_TYPE);
}

function putTaskTexts(which: i32): void {
  let some = false;
  for (let i = 0; i < taskCount && !some; i++) {
    const text = taskText(task(i), which);
    some = text !== 0 && hasText(text);
  }
  if (!some) {
    putEmptyColumn(OID_TEXT);
    return;
  }
  beginColumn(OID_TEXT, taskCount);
  for (let i = 0; i < taskCount; i++) {
    const text = taskText(orderedTask(i), which);
    if (text === 0) putNull();
    else putText(text);
  }
  endColumn();
}

/** Of the attempt that its winner belongs to; 0 where that was not seen RUNNING. */
function winningRun(row: usize): usize {
  const attempt = max(1, load<i32>(winnerOf(row), ATTEMPT));
  const count = load<i32>(row, RUN_COUNT);
  for (let i = 0; i < count; i++) if (load<i32>(run(row, i), 8) === attempt) return run(row, i);
  return 0;
}

function putTaskProgress(): void {
  let some = false;
  for (let i = 0; i < taskCount && !some; i++) {
    const winning = winningRun(task(i));
    some = winning !== 0 && load<i32>(winning, 12) !== -1;
  }
  if (!some) {
    putEmptyColumn(OID_DOUBLE);
    return;
  }
  beginColumn(OID_DOUBLE, taskCount);
  for (let i = 0; i < taskCount; i++) {
    const winning = winningRun(orderedTask(i));
    const newest = winning === 0 ? -1 : load<i32>(winning, 12);
    if (newest === -1) putNull();
    else putDouble(load<f64>(event(newest), PROGRESS));
  }
  endColumn();
}

/** When it was started, or finished. */
function putTaskTimes(finished: bool): void {
  let some = false;
  for (let i = 0; i < taskCount && !some; i++) some = hasTaskTime(task(i), finished);
  if (!some) {
    putEmptyColumn(OID_TIMESTAMPTZ);
    return;
  }
  beginColumn(OID_TIMESTAMPTZ, taskCount);
  for (let i = 0; i < taskCount; i++) {
    const row = orderedTask(i);
    if (!hasTaskTime(row, finished)) putNull();
    else putTime(finished ? load<i64>(winnerOf(row), TIME) : load<i64>(winningRun(row)));
  }
  endColumn();
}

function hasTaskTime(row: usize, finished: bool): bool {
  return finished ? load<i32>(winnerOf(row), STATUS) >= FAILED : winningRun(row) !== 0;
}

function putFailureKeys(): void {
  let some = false;
  for (let i = 0; i < taskCount && !some; i++) some = load<i32>(task(i), FAILURE) !== -1;
  if (!some) {
    putEmptyColumn(OID_BYTEA);
    return;
  }
  beginColumn(OID_BYTEA, taskCount);
  for (let i = 0; i < taskCount; i++) {
    const failure = load<i32>(orderedTask(i), FAILURE);
    if (failure === -1) putNull();
    else putKey(event(failure));
  }
  endColumn();
}

/** `runsJson`. */
function putRuns(row: usize): void {
  const lengthAt = at;
  at += 4;
  store<u8>(at++, 0x7b);
  const count = load<i32>(row, RUN_COUNT);
  for (let i = 0; i < count; i++) {
    const each = run(row, i);
    if (i > 0) store<u8>(at++, 0x2c);
    store<u8>(at++, 0x22);
    putDigits(load<i32>(each, 8));
    putCharacters(0x22, 0x3a);
    putCharacters(0x7b, 0x22);
    putCharacters(0x73, 0x22);
    store<u8>(at++, 0x3a);
    putDigits(<u64>load<i64>(each));
    putCharacters(0x2c, 0x22);
    putCharacters(0x6b, 0x22);
    putCharacters(0x3a, 0x22);
    const newest = load<i32>(each, 12);
    if (newest !== -1) putHexadecimal(event(newest) + KEY, KEY_BYTES);
    putCharacters(0x22, 0x2c);
    putCharacters(0x22, 0x70);
    putCharacters(0x22, 0x3a);
    if (newest === -1) {
      putCharacters(0x6e, 0x75);
      putCharacters(0x6c, 0x6c);
    } else {
      const text = event(newest) + PROGRESS_TEXT;
      putBytes(load<u32>(text), load<u32>(text, 4));
    }
    store<u8>(at++, 0x7d);
  }
  store<u8>(at++, 0x7d);
  store<u32>(lengthAt, bswap<u32>(<u32>(at - lengthAt - 4)));
}

function writeCounts(): void {
  at = (at + 7) & ~7;
  counts = at;
  const count = eventCount;
  for (let i = 0; i < count; i++) {
    store<f64>(at, <f64>load<i64>(ordered(i), TIME));
    at += 8;
  }
  for (let i = 0; i < count; i++) {
    store<f64>(at, load<f64>(ordered(i), EXECUTION_TIME));
    at += 8;
  }
  for (let i = 0; i < count; i++) putBytes(load<u32>(ordered(i) + EVENT_ID), 36);
  for (let i = 0; i < count; i++) store<u8>(at++, load<i32>(ordered(i), STATUS));
}
