/**
 * Time on the wire is RFC 3339 text; inside it is an integer of microseconds since 1970-01-01T00:00:00Z, which is
 * exact for the years that {@link parseTimestamp} lets through.
 */
export type TimestampProblem = 'malformed' | 'out_of_range';

/** 2^53 microseconds are reached in the year 2255. */
const LATEST_US = Date.UTC(2255, 0, 1) * 1000;

const FORM =
  /^(\d{4,6})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:([Zz])|([+-])(\d\d):?(\d\d))?$/;

/**
 * Reads an RFC 3339 date-time (section 5.6). More than six fractional digits are cut off. Without an offset it is
 * read as UTC, since that is what `datetime.utcnow().isoformat()` and containers without a time zone write.
 * @returns microseconds since 1970, or what is wrong: not a date-time at all, or one outside 1970 to 2254
 */
export function parseTimestamp(text: string): number | TimestampProblem {
  const usual = parseUsualForm(text);
  if (usual !== null) return usual;
  const match = FORM.exec(text);
  if (match === null) return 'malformed';
  const fraction = match[7] === undefined ? 0 : Number(match[7].padEnd(6, '0').slice(0, 6));
  const offsetHours = Number(match[10] ?? 0);
  const offsetMinutes = Number(match[11] ?? 0);
  if (offsetHours > 23 || offsetMinutes > 59) return 'malformed';
  const offset = (offsetHours * 60 + offsetMinutes) * (match[9] === '-' ? -1 : 1);
  return microsecondsOf(
    Number(match[1]),
    Number(match[2]),
    Number(match[3]),
    Number(match[4]),
    Number(match[5]),
    Number(match[6]),
    fraction,
    offset,
  );
}

/**
 * `2026-01-01T10:00:00.000000Z`, as {@link formatTimestamp} and our Python client write it: read digit by digit, which
 * leaves nothing behind to be collected, for every event that comes. Null for all other forms.
 */
function parseUsualForm(text: string): number | TimestampProblem | null {
  if (text.length !== USUAL_LENGTH || bytes.write(text) !== USUAL_LENGTH) return null;
  if (bytes[10] !== T || bytes[19] !== DOT || bytes[26] !== Z) return null;
  if (bytes[4] !== HYPHEN || bytes[7] !== HYPHEN || bytes[13] !== COLON || bytes[16] !== COLON) return null;
  const year = digits(0, 4);
  const month = digits(5, 7);
  const day = digits(8, 10);
  const hour = digits(11, 13);
  const minute = digits(14, 16);
  const second = digits(17, 19);
  const fraction = digits(20, 26);
  if (Number.isNaN(year + month + day + hour + minute + second + fraction)) return null;
  return microsecondsOf(year, month, day, hour, minute, second, fraction, 0);
}

const USUAL_LENGTH = 27;
/** The text that is read: by one call out of JavaScript, which is faster than character by character. */
const bytes = Buffer.alloc(4 * USUAL_LENGTH);

const HYPHEN = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const T = 0x54;
const Z = 0x5a;

/** The number that the characters from `from` to before `to` write; NaN where one of them is no digit. */
function digits(from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** @param fraction microseconds within the second. @param offset minutes ahead of UTC */
function microsecondsOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  fraction: number,
  offset: number,
): number | TimestampProblem {
  // A leap second (60) is valid in RFC 3339; it counts as the first second of the next minute, as in POSIX time.
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return 'malformed';
  if (day > daysIn(year, month)) return 'malformed';
  if (year < 1969 || year > 2255) return 'out_of_range';
  const us =
    (dayMs(year, month, day) + ((hour * 60 + minute - offset) * 60 + second) * 1000) * 1000 + fraction;
  return us < 0 || us >= LATEST_US ? 'out_of_range' : us;
}

/** When the day begins, ms since 1970. It is that of the time before, as a rule. */
function dayMs(year: number, month: number, day: number): number {
  const date = (year * 100 + month) * 100 + day;
  if (date !== lastDate) {
    lastDayMs = Date.UTC(year, month - 1, day);
    lastDate = date;
  }
  return lastDayMs;
}

let lastDate = Number.NaN;
let lastDayMs = Number.NaN;

/** Writes microseconds since 1970 as RFC 3339 in UTC with six fractional digits. */
export function formatTimestamp(us: number): string {
  const second = Math.floor(us / 1_000_000);
  if (second !== lastSecond) {
    lastSecondText = new Date(second * 1000).toISOString().slice(0, -'000Z'.length);
    lastSecond = second;
  }
  return `${lastSecondText}${String(us - second * 1_000_000).padStart(6, '0')}Z`;
}

/** Times are of the same second, as a rule, as the one before; a Date takes longer than all the rest. */
let lastSecond = Number.NaN;
let lastSecondText = '';

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
