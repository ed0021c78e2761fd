import {
  beginColumn,
  beginText,
  endColumn,
  endText,
  OID_BYTEA,
  OID_DOUBLE,
  OID_INTEGER,
  OID_SMALLINT,
  OID_TEXT,
  OID_TIMESTAMPTZ,
  putByte,
  putBytes,
  putDigits,
  putDouble,
  putHexadecimal,
  putKey,
  putNull,
  putSentence,
  putSmall,
  putText,
  putTime,
  putWord,
  putWordText,
} from './binary-arrays';
import {
  ATTEMPT,
  CANCELLED,
  CREATED,
  ERROR,
  ERROR_TYPE,
  event,
  FAILED,
  FAILURE,
  FINALS,
  ID,
  KEY,
  KEY_BYTES,
  NAME,
  orderedTask,
  PROGRESS,
  PROGRESS_TEXT,
  RESULT,
  RUN_COUNT,
  run,
  STATUS,
  SUCCESS,
  TIME,
  WORKER_CONTAINER,
  winnerOf,
} from './memory';
import { taskCount } from './merge';
import { W_NULL, W_RUN_FIRST, W_RUN_KEY, W_RUN_NEXT, W_RUN_PROGRESS, W_RUN_START, W_STATUSES } from './words';

/** The parameters that tell of tasks: the row of each (`rowOf` of protocol/src/merge.ts), sorted. */

export function writeTasks(): void {
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
    putSmall(load<i32>(orderedTask(i), FINALS));
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
  const begun = beginText();
  putByte(0x7b);
  const count = load<i32>(row, RUN_COUNT);
  for (let i = 0; i < count; i++) {
    const each = run(row, i);
    putSentence(i === 0 ? W_RUN_FIRST : W_RUN_NEXT);
    putDigits(load<i32>(each, 8));
    putSentence(W_RUN_START);
    putDigits(<u64>load<i64>(each));
    putSentence(W_RUN_KEY);
    const newest = load<i32>(each, 12);
    if (newest !== -1) putHexadecimal(event(newest) + KEY, KEY_BYTES);
    putSentence(W_RUN_PROGRESS);
    if (newest === -1) putSentence(W_NULL);
    else {
      const text = event(newest) + PROGRESS_TEXT;
      putBytes(load<u32>(text), load<u32>(text, 4));
    }
    putByte(0x7d);
  }
  putByte(0x7d);
  endText(begun);
}
