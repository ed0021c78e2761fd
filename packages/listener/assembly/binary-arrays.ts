import { KEY, KEY_BYTES } from './memory';
import { word } from './words';

/** Binary arrays (PostgreSQL's array_recv), each with its length before it. */

// From pg_type.
export const OID_BOOLEAN: u32 = 16;
export const OID_BYTEA: u32 = 17;
export const OID_BIGINT: u32 = 20;
export const OID_SMALLINT: u32 = 21;
export const OID_INTEGER: u32 = 23;
export const OID_TEXT: u32 = 25;
export const OID_DOUBLE: u32 = 701;
export const OID_TIMESTAMPTZ: u32 = 1184;
export const OID_UUID: u32 = 2950;
const YEAR_2000_US: i64 = 946_684_800_000_000;

/** Where it goes on. */
export let at: usize = 0;
/** Where the length of the column is to stand. */
let columnFrom: usize = 0;
let columnOid: u32 = 0;
let columnCount: i32 = 0;
let columnNulls: i32 = 0;

export function beginOutput(from: usize): void {
  at = from;
}

/** Goes on at a multiple of 8. */
export function align(): void {
  at = (at + 7) & ~7;
}

export function putByte(byte: u32): void {
  store<u8>(at++, byte);
}

/** A text of several parts. @returns what {@link endText} wants to have */
export function beginText(): usize {
  at += 4;
  return at;
}

export function endText(from: usize): void {
  store<u32>(from - 4, bswap<u32>(<u32>(at - from)));
}

/** Without a length before it. */
export function putNumber(value: f64): void {
  store<f64>(at, value);
  at += 8;
}

export function putUuid(high: u64, low: u64): void {
  putWord(16);
  store<u64>(at, bswap<u64>(high));
  store<u64>(at, bswap<u64>(low), 8);
  at += 16;
}

export function putSmall(value: i32): void {
  putWord(2);
  store<u16>(at, bswap<u16>(<u16>value));
  at += 2;
}

export function beginColumn(oid: u32, count: i32): void {
  columnFrom = at;
  columnOid = oid;
  columnCount = count;
  columnNulls = 0;
  at += 4;
  // One dimension, there may be a NULL, the type, so many, from 1 on.
  putWord(1);
  putWord(1);
  putWord(oid);
  putWord(count);
  putWord(1);
}

/** Nothing but NULL is an empty array. */
export function endColumn(): void {
  if (columnNulls === columnCount) {
    at = columnFrom + 4;
    putWord(0);
    putWord(0);
    putWord(columnOid);
  }
  store<u32>(columnFrom, bswap<u32>(<u32>(at - columnFrom - 4)));
}

export function putWord(word: u32): void {
  store<u32>(at, bswap<u32>(word));
  at += 4;
}

export function putNull(): void {
  columnNulls++;
  putWord(<u32>-1);
}

export function putLong(value: i64): void {
  putWord(8);
  store<i64>(at, bswap<i64>(value));
  at += 8;
}

export function putDouble(value: f64): void {
  putLong(reinterpret<i64>(value));
}

export function putTime(us: i64): void {
  putLong(us - YEAR_2000_US);
}

/** Eight bytes at a time: what is written too far is written over by what follows. */
export function putBytes(from: usize, length: usize): void {
  const to = at;
  at = to + length;
  if (length > 256) memory.copy(to, from, length);
  else for (let i: usize = 0; i < length; i += 8) store<u64>(to + i, load<u64>(from + i));
}

export function putText(text: usize): void {
  const from = <usize>load<u32>(text);
  if (from === 0) {
    putNull();
    return;
  }
  const length = load<u32>(text, 4);
  putWord(length);
  putBytes(from, length);
}

export function putWordText(index: i32): void {
  const length = load<u32>(word(index));
  putWord(length);
  putBytes(word(index) + 4, length);
}

export function putKey(row: usize): void {
  putWord(KEY_BYTES);
  putBytes(row + KEY, KEY_BYTES);
}

export function putSentence(index: i32): void {
  putBytes(word(index) + 4, load<u32>(word(index)));
}

export function putDigits(value: u64): void {
  let count = 1;
  for (let rest = value / 10; rest > 0; rest /= 10) count++;
  let rest = value;
  for (let i = count - 1; i >= 0; i--) {
    store<u8>(at + i, <u8>(0x30 + (rest % 10)));
    rest /= 10;
  }
  at += count;
}

export function putHexadecimal(from: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const byte = <u32>load<u8>(from + i);
    store<u8>(at++, hexadecimalDigit(byte >> 4));
    store<u8>(at++, hexadecimalDigit(byte & 15));
  }
}

function hexadecimalDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x61 + value - 10;
}
