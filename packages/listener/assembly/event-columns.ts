import {
  align,
  at,
  beginColumn,
  beginText,
  endColumn,
  endText,
  OID_BIGINT,
  OID_BOOLEAN,
  OID_BYTEA,
  OID_DOUBLE,
  OID_INTEGER,
  OID_TEXT,
  OID_TIMESTAMPTZ,
  OID_UUID,
  putByte,
  putBytes,
  putDigits,
  putDouble,
  putKey,
  putLong,
  putNull,
  putNumber,
  putSentence,
  putText,
  putTime,
  putUuid,
  putWord,
  putWordText,
} from './binary-arrays';
import {
  ADVANCES,
  ATTEMPT,
  DATA,
  ERROR,
  EVENT_ID,
  EXECUTION_TIME,
  eventCount,
  ID_HIGH,
  ID_LOW,
  ordered,
  PROGRESS,
  PROGRESS_TEXT,
  PUBLISHER_ID,
  RUNNING,
  SEQUENCE,
  STATUS,
  TASK_NAME,
  TASK_REQUEST_ID,
  TIME,
  TRACEPARENT,
  WORKER_CONTAINER,
} from './memory';
import { hasText } from './text';
import { W_LANE, W_PROGRESS, W_SENTENCES, W_SEPARATOR, W_STATUSES } from './words';

/** The parameters that tell of events, and what is counted of them. */

const MESSAGE_ERROR_LENGTH_MAX: i32 = 500;

/** Where it says of each event what statistics want: all times (µs), all durations (s), all ids as text, all statuses. */
export let counts: usize = 0;

export function writeEvents(): void {
  const count = eventCount;
  beginColumn(OID_UUID, count);
  for (let i = 0; i < count; i++) {
    const from = ordered(i);
    putUuid(load<u64>(from, ID_HIGH), load<u64>(from, ID_LOW));
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
    putByte(load<u8>(ADVANCES + i));
  }
  endColumn();
  putProgress();
  // The source: none of the usual events names one.
  beginColumn(OID_TEXT, 0);
  endColumn();
  beginColumn(OID_TEXT, count);
  for (let i = 0; i < count; i++) putWordText(W_LANE);
  endColumn();
  putTexts(PUBLISHER_ID);
  beginColumn(OID_BIGINT, count);
  for (let i = 0; i < count; i++) putLong(<i64>load<f64>(ordered(i), SEQUENCE));
  endColumn();
  putTexts(TRACEPARENT);
}

/** One text of each event. */
function putTexts(field: usize): void {
  beginColumn(OID_TEXT, eventCount);
  for (let i = 0; i < eventCount; i++) putText(ordered(i) + field);
  endColumn();
}

function putProgress(): void {
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
  const begun = beginText();
  const status = load<i32>(from, STATUS);
  if (status === RUNNING && hasText(from + PROGRESS_TEXT)) {
    putSentence(W_PROGRESS);
    putSentence(W_SEPARATOR);
    putDigits(rounded(load<f64>(from, PROGRESS) * 100));
    putByte(0x25);
  } else {
    putSentence(W_SENTENCES + status);
    if (load<u32>(from + ERROR, 4) > 0) {
      putSentence(W_SEPARATOR);
      putShortened(from + ERROR);
    }
  }
  endText(begun);
}

/** As Math.round of JavaScript: adding a half first would round up what is next to it. */
function rounded(value: f64): u64 {
  const whole = Math.floor(value);
  return <u64>whole + (value - whole >= 0.5 ? 1 : 0);
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
  putByte(0xe2);
  putByte(0x80);
  putByte(0xa6);
}

export function writeCounts(): void {
  align();
  counts = at;
  const count = eventCount;
  for (let i = 0; i < count; i++) {
    putNumber(<f64>load<i64>(ordered(i), TIME));
  }
  for (let i = 0; i < count; i++) {
    putNumber(load<f64>(ordered(i), EXECUTION_TIME));
  }
  for (let i = 0; i < count; i++) putBytes(load<u32>(ordered(i) + EVENT_ID), 36);
  for (let i = 0; i < count; i++) putByte(load<i32>(ordered(i), STATUS));
}
