import type { Column, ColumnType } from './column.ts';

/**
 * Arrays in the binary format of PostgreSQL (array_recv). As text each element would be quoted here and read again there,
 * by its characters: for a batch that is more work than everything else that is done with it in this process.
 */

/** From pg_type; array_recv wants to be told what the elements are. */
const OIDS: Readonly<Record<ColumnType, number>> = {
  boolean: 16,
  bytea: 17,
  bigint: 20,
  smallint: 21,
  integer: 23,
  text: 25,
  double: 701,
  uuid: 2950,
};

const SCRATCH_BYTES = 65_536;
/** One batch of large events must not keep its memory for ever. */
const SCRATCH_BYTES_KEPT_MAX = 1_048_576;
/** Up to this length a text is written faster here, if it is ASCII, than by a call out of JavaScript. */
const SHORT = 128;

const HEX_VALUE = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 0 : value;
});

let scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
let at = 0;

/** @returns bytes of its own, which nothing here writes to again */
export function binaryArray({ type, values, hasNulls, isEmpty }: Column): Buffer {
  at = 0;
  if (isEmpty) {
    for (const word of [0, 0, OIDS[type]]) writeWord(word);
    return finished();
  }
  for (const word of [1, hasNulls ? 1 : 0, OIDS[type], values.length, 1]) writeWord(word);
  if (type === 'text') writeTexts(values as readonly (string | null)[]);
  else writeElements(type, values);
  return finished();
}

function finished(): Buffer {
  const bytes = Buffer.from(scratch.subarray(0, at));
  if (scratch.length > SCRATCH_BYTES_KEPT_MAX) scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  return bytes;
}

function writeTexts(texts: readonly (string | null)[]): void {
  let previous: string | null = null;
  let previousAt = 0;
  let previousBytes = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] as string | null;
    if (text === null) {
      writeNull();
      continue;
    }
    // Names and the like are the same in row after row.
    if (text === previous) {
      reserve(previousBytes);
      scratch.copyWithin(at, previousAt, previousAt + previousBytes);
      at += previousBytes;
      continue;
    }
    previousAt = at;
    previous = text;
    writeText(text);
    previousBytes = at - previousAt;
  }
}

function writeElements(type: Exclude<ColumnType, 'text'>, values: Column['values']): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as string | number | boolean | null;
    if (value === null) writeNull();
    else writeElement(type, value);
  }
}

function writeNull(): void {
  reserve(4);
  writeWord(-1);
}

function writeElement(type: Exclude<ColumnType, 'text'>, value: string | number | boolean): void {
  switch (type) {
    case 'uuid':
      writeUuid(value as string);
      break;
    case 'bytea':
      writeHex(value as string);
      break;
    case 'smallint':
      reserve(6);
      writeWord(2);
      at = scratch.writeInt16BE(value as number, at);
      break;
    case 'integer':
      reserve(8);
      writeWord(4);
      writeWord(value as number);
      break;
    case 'bigint':
      reserve(12);
      writeWord(8);
      writeWord(Math.floor((value as number) / 2 ** 32) | 0);
      writeWord((value as number) | 0);
      break;
    case 'double':
      reserve(12);
      writeWord(8);
      at = scratch.writeDoubleBE(value as number, at);
      break;
    case 'boolean':
      reserve(5);
      writeWord(1);
      scratch[at++] = value === true ? 1 : 0;
      break;
  }
}

/** A whole number of 32 bits: a wider one would be put into an object of its own for the call. Room must have been reserved. */
function writeWord(word: number): void {
  scratch[at] = word >>> 24;
  scratch[at + 1] = word >>> 16;
  scratch[at + 2] = word >>> 8;
  scratch[at + 3] = word;
  at += 4;
}

function writeText(text: string): void {
  reserve(4 + text.length * 3);
  const start = at + 4;
  const written = text.length <= SHORT && writeAscii(text, start) ? text.length : scratch.write(text, start);
  writeWord(written);
  at += written;
}

function writeAscii(text: string, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    scratch[start + i] = code;
  }
  return true;
}

function writeUuid(text: string): void {
  reserve(20);
  writeWord(16);
  for (let i = 0; i < text.length; i += 2) {
    // Hyphens stand before a pair, never within one.
    if (text.charCodeAt(i) === 0x2d) i++;
    scratch[at++] = hexPair(text, i);
  }
}

function writeHex(text: string): void {
  reserve(4 + text.length / 2);
  writeWord(text.length / 2);
  for (let i = 0; i < text.length; i += 2) scratch[at++] = hexPair(text, i);
}

const hexPair = (text: string, i: number): number =>
  ((HEX_VALUE[text.charCodeAt(i)] ?? 0) << 4) | (HEX_VALUE[text.charCodeAt(i + 1)] ?? 0);

function reserve(bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + bytes));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}
