import { hexadecimal, isDigit } from './text';

/** JSON (RFC 8259), read from left to right: what is sound and what is usual, without making anything of it. */

/** What JavaScript reads from the digits between these places. */
declare function numberIn(from: usize, to: usize): f64;
/** Whether JavaScript would write that number with the same digits, with or without an exponent. */
declare function isWrittenSo(from: usize, to: usize): bool;

/** Deeper is not usual. */
const DEPTH_MAX: i32 = 32;
/** One in each of eight bytes. */
const EACH_BYTE: u64 = <u64>0x01010101 * 0x100000001;
/** Whole numbers of so many digits, and fractions, are exact as doubles. */
const DIGITS_MAX: i32 = 15;

/** Where it goes on, and where the text ends. */
export let p: usize = 0;
let e: usize = 0;
/** The last string: what stands between its quotes, and whether it is that without any escape. */
export let stringFrom: usize = 0;
export let stringTo: usize = 0;
export let isPlain: bool = false;

export function beginJson(from: usize, to: usize): void {
  p = from;
  e = to;
}

/** Whether nothing but space follows. */
export function hasEnded(): bool {
  skipSpace();
  return p === e;
}

/** The number between these places. */
export function numberAt(from: usize, to: usize): f64 {
  return numberIn(from, to);
}

export function skipSpace(): void {
  while (p < e) {
    const c = load<u8>(p);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
    p++;
  }
}

/** Goes past this character, and what space is before it, where it comes next. */
export function take(character: u32): bool {
  if (p < e && <u32>load<u8>(p) === character) {
    p++;
    return true;
  }
  skipSpace();
  if (p >= e || <u32>load<u8>(p) !== character) return false;
  p++;
  return true;
}

export function skipValue(depth: i32): bool {
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
export function readString(): bool {
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
export function unitAt(from: usize): i32 {
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

/** So that JavaScript and PostgreSQL mean the same number by it: of so few digits, or written as JavaScript would. */
export function readNumber(): bool {
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
  if (p < e && (load<u8>(p) | 0x20) === 0x65) return skipExponent() && isWrittenSo(from, p);
  return significant <= DIGITS_MAX || isWrittenSo(from, p);
}

function skipExponent(): bool {
  p++;
  if (p < e && (load<u8>(p) === 0x2b || load<u8>(p) === 0x2d)) p++;
  const from = p;
  while (p < e && isDigit(load<u8>(p))) p++;
  return p > from;
}

/** A whole number from 0 on, of digits that are exact; -1 for others. */
export function readWhole(): i64 {
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
