import { stringFrom, stringTo } from './json';
import { TIME } from './memory';

/** A time as our notifiers write it (protocol/src/timestamp.ts). */

/** The first of 2255, as in protocol/src/timestamp.ts. */
const LATEST_US: i64 = 8_993_721_600_000_000;

let lastYear = 0;
let lastMonth = 0;
let lastDays = 0;

/** `2026-01-01T10:00:00.000000Z`, in µs. */
export function readTime(into: usize): bool {
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
