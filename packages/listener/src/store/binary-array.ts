import { Column, type ColumnType } from './column.ts';

/**
 * Arrays in the binary format of PostgreSQL (array_recv). As text each element would be quoted here and read again there,
 * by its characters: for a batch that is more work than everything else that is done with it in this process.
 */

type Rows = Column['rows'];
type PickValue = Column['pick'];

/** From pg_type; array_recv wants to be told what the elements are. */
const OIDS: Readonly<Record<ColumnType, number>> = {
  boolean: 16,
  bytea: 17,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  double: 701,
  time: 1184,
  uuid: 2950,
};

/** Append the elements. */
const WRITERS: Readonly<Record<ColumnType, (rows: Rows, pick: PickValue) => void>> = {
  text: (rows, pick) => writeStrings(rows, pick, writeTexts),
  uuid: (rows, pick) => writeStrings(rows, pick, writeUuids),
  bytea: (rows, pick) => writeStrings(rows, pick, writeHexadecimals),
  smallint: (rows, pick) => writeFixed(rows, pick, 2, (value) => scratch.writeInt16BE(value as number, at)),
  integer: (rows, pick) => writeFixed(rows, pick, 4, (value) => putWord(at, value as number)),
  bigint: (rows, pick) => writeFixed(rows, pick, 8, (value) => putLong(value as number)),
  time: (rows, pick) => writeFixed(rows, pick, 8, (value) => putLong((value as number) - YEAR_2000_US)),
  double: (rows, pick) => writeFixed(rows, pick, 8, (value) => scratch.writeDoubleBE(value as number, at)),
  boolean: (rows, pick) => writeFixed(rows, pick, 1, (value) => scratch.writeUInt8(Number(value), at)),
};

/** What PostgreSQL counts the microseconds of a time from. */
const YEAR_2000_US = Date.UTC(2000, 0, 1) * 1000;

const BLOCK_BYTES = 65_536;
/** One batch of large events must not keep its memory for ever. */
const BLOCK_BYTES_KEPT_MAX = 1_048_576;
/** As many as there are statements with arrays on their way, as a rule. */
const BLOCKS_KEPT_MAX = 3;

const WORD_BYTES = 4;
const NULL_LENGTH = -1;
/** In the header: there may be a NULL among the elements. Whether there is one, the server sees by itself. */
const MAY_HAVE_NULLS = 1;

/** So many strings are written by one call out of JavaScript, which costs as much as they do. */
const TOGETHER_MAX = 128;
/** A longer one is written by itself: joined with others there would be two of it for a moment. */
const SHORT_LENGTH_MAX = 4_096;

const UUID_LENGTH = 36;
const UUID_BYTES = 16;
const HYPHEN = 0x2d;

const HEX_VALUE = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 0 : value;
});

/** Of statements that are done. */
const kept: Buffer[] = [];
const NOTHING = Buffer.alloc(0);

/** Of the statement that is being written. */
let scratch: Buffer = NOTHING;
let at = 0;

export interface BinaryParameters {
  readonly values: unknown[];
  /** The statement is done, and its memory is used for the next one. Where that is never said, it is not. */
  done(): void;
}

/** Columns as binary arrays, and all other parameters as they are. */
export function binaryParameters(parameters: readonly unknown[]): BinaryParameters {
  if (!parameters.some((parameter) => parameter instanceof Column))
    return { values: [...parameters], done: () => {} };
  scratch = kept.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  at = 0;
  // While they are written the block may be exchanged for a larger one.
  const ends = parameters.map((parameter) => {
    if (parameter instanceof Column) writeArray(parameter);
    return at;
  });
  const block = scratch;
  scratch = NOTHING;
  return {
    values: parameters.map((parameter, i) =>
      parameter instanceof Column ? block.subarray(ends[i - 1] ?? 0, ends[i]) : parameter,
    ),
    done: () => {
      if (block.length <= BLOCK_BYTES_KEPT_MAX && kept.length < BLOCKS_KEPT_MAX) kept.push(block);
    },
  };
}

function writeArray(column: Column): void {
  const { type, rows, pick } = column;
  if (column.isEmpty) writeWords(0, 0, OIDS[type]);
  else {
    writeWords(1, MAY_HAVE_NULLS, OIDS[type], rows.length, 1);
    WRITERS[type](rows, pick);
  }
}

function writeWords(...words: readonly number[]): void {
  reserve(WORD_BYTES * words.length);
  for (const word of words) at = putWord(at, word);
}

/** Elements that are all of one size. @param put writes one where the scratch goes on */
function writeFixed(rows: Rows, pick: PickValue, bytes: number, put: (value: unknown) => unknown): void {
  reserve((WORD_BYTES + bytes) * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const value = pick(rows[i]);
    at = putWord(at, value === null ? NULL_LENGTH : bytes);
    if (value === null) continue;
    put(value);
    at += bytes;
  }
}

/** The strings that are written next: one array for all of them, which therefore never grows. */
const together: (string | null)[] = Array.from({ length: TOGETHER_MAX }, () => null);

/** @param write appends some of them at a time */
function writeStrings(
  rows: Rows,
  pick: PickValue,
  write: (strings: readonly (string | null)[]) => void,
): void {
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const string = pick(rows[i]) as string | null;
    if (string !== null && string.length > SHORT_LENGTH_MAX) {
      write(together.slice(0, count));
      write([string]);
      count = 0;
    } else {
      together[count++] = string;
      if (count < TOGETHER_MAX) continue;
      write(together);
      count = 0;
    }
  }
  if (count > 0) write(together.slice(0, count));
}

/** All of them joined, with room for the length of each, are one text: ASCII as a rule, and then of as many bytes. */
function writeTexts(texts: readonly (string | null)[]): void {
  const joined = texts.join('\0\0\0\0');
  const bytes = Buffer.byteLength(joined);
  reserve(WORD_BYTES * (texts.length + 1) + bytes);
  if (bytes === joined.length) {
    scratch.write(joined, at + WORD_BYTES, 'latin1');
    for (let i = 0; i < texts.length; i++) putLength((texts[i] as string | null)?.length ?? NULL_LENGTH);
    return;
  }
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string | null;
    putLength(text === null ? NULL_LENGTH : scratch.write(text, at + WORD_BYTES));
  }
}

/** The same in hexadecimal, in which the room for a length has twice the digits. */
function writeHexadecimals(digits: readonly (string | null)[]): void {
  const joined = digits.join('00000000');
  reserve(WORD_BYTES * (digits.length + 1) + joined.length / 2);
  scratch.write(joined, at + WORD_BYTES, 'hex');
  for (let i = 0; i < digits.length; i++) {
    const length = (digits[i] as string | null)?.length ?? null;
    putLength(length === null ? NULL_LENGTH : length / 2);
  }
}

/**
 * Written as they are at first, in the same place, where digits are always ahead of what is made of them. All of them have
 * 36 characters, as the decoder makes sure.
 */
function writeUuids(uuids: readonly (string | null)[]): void {
  const joined = uuids.join('');
  reserve((WORD_BYTES + UUID_LENGTH) * uuids.length);
  let digitsAt = at + WORD_BYTES * uuids.length;
  scratch.write(joined, digitsAt, 'latin1');
  for (let i = 0; i < uuids.length; i++) {
    if (uuids[i] === null) {
      putLength(NULL_LENGTH);
      continue;
    }
    const next = digitsAt + UUID_LENGTH;
    for (let to = at + WORD_BYTES; digitsAt < next; digitsAt += 2) {
      // Hyphens stand before a pair, never within one.
      if (scratch[digitsAt] === HYPHEN) digitsAt++;
      scratch[to++] = hexPair(scratch[digitsAt] as number, scratch[digitsAt + 1] as number);
    }
    putLength(UUID_BYTES);
  }
}

const hexPair = (high: number, low: number): number =>
  ((HEX_VALUE[high] as number) << 4) | (HEX_VALUE[low] as number);

/** The length of an element that stands behind it already. @param length in bytes */
function putLength(length: number): void {
  at = putWord(at, length);
  if (length !== NULL_LENGTH) at += length;
}

/**
 * A whole number of 32 bits: a wider one would be put into an object of its own for the call. Room must have been reserved.
 * @returns where it ends
 */
function putWord(place: number, word: number): number {
  scratch[place] = word >>> 24;
  scratch[place + 1] = word >>> 16;
  scratch[place + 2] = word >>> 8;
  scratch[place + 3] = word;
  return place + WORD_BYTES;
}

function putLong(value: number): void {
  putWord(at, Math.floor(value / 2 ** 32) | 0);
  putWord(at + WORD_BYTES, value | 0);
}

function reserve(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}
