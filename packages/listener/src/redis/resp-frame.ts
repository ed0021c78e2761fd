export const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
export const LINE_END_BYTES = 2;
/** Before the length of a text. */
export const DOLLAR = 0x24;
/** Before the number of parts. */
export const ASTERISK = 0x2a;
export const ZERO = 0x30;
export const NINE = 0x39;

/**
 * Where the reply that begins at `at` ends, one past its last byte; null where it goes on behind the end of `bytes`.
 * Version 2 of the protocol. What is no reply ends with its line: whoever reads it says so.
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export function frameEnd(bytes: Buffer, at: number): number | null {
  let end = at;
  for (let expected = 1; expected > 0; expected--) {
    const type = bytes[end];
    const line = lineEnd(bytes, end);
    if (type === undefined || line === null) return null;
    if (type === DOLLAR || type === ASTERISK) {
      const length = lengthAt(bytes, end + 1);
      if (type === ASTERISK) expected += Math.max(0, length);
      end = type === ASTERISK || length < 0 ? line : line + length + 2;
    } else end = line;
    if (end > bytes.length) return null;
  }
  return end;
}

/** The number that stands at `at`, up to its line end; -1 for nothing (`$-1`, `*-1`). */
function lengthAt(bytes: Buffer, at: number): number {
  let length = 0;
  for (let i = at; ; i++) {
    const byte = bytes[i];
    if (byte === undefined || byte < ZERO || byte > NINE) return i === at ? -1 : length;
    length = length * 10 + byte - ZERO;
  }
}

/** One past the line end; null where it is not there yet. */
function lineEnd(bytes: Buffer, at: number): number | null {
  for (let i = bytes.indexOf(CARRIAGE_RETURN, at); i !== -1; i = bytes.indexOf(CARRIAGE_RETURN, i + 1)) {
    if (i + 1 === bytes.length) return null;
    if (bytes[i + 1] === LINE_FEED) return i + 2;
  }
  return null;
}
