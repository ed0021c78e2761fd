import type { Lane } from '../store/batch.ts';

/** One message as a lane got it, before anybody has looked inside. */
export interface Delivery {
  readonly lane: Lane;
  readonly payload: Buffer;
  /** What travels beside the JSON on the stream, so that an event that cannot be read is accounted for all the same. */
  readonly publisher_id: string | null;
  readonly sequence: number | null;
  /** What the lane settles by: the id of the stream entry, for instance. */
  readonly receipt: string;
}

const PUBLISHER_ID = /^[0-9a-zA-Z_-]+$/;
const PUBLISHER_ID_LENGTH_MAX = 64;
const SEQUENCE_DIGITS_MAX = 16;
const ZERO = 0x30;

/** What may be counted as a publisher's sequence: both or neither. */
export const accountedAs = (
  publisher_id: string | null,
  sequence: number | null,
): Pick<Delivery, 'publisher_id' | 'sequence'> =>
  publisher_id === null || sequence === null
    ? { publisher_id: null, sequence: null }
    : { publisher_id, sequence };

/** Events of one publisher come one after another: they share one text. */
let lastPublisher = '';

/** The publisher_id in these bytes, from `from` to before `to`; null where they are none. */
export function publisherIdIn(bytes: Buffer, from = 0, to = bytes.length): string | null {
  if (to - from > PUBLISHER_ID_LENGTH_MAX) return null;
  if (isText(lastPublisher, bytes, from, to)) return lastPublisher;
  const id = bytes.toString('latin1', from, to);
  if (!PUBLISHER_ID.test(id)) return null;
  lastPublisher = id;
  return id;
}

/**
 * Whether this text, which is ASCII and not empty, stands in these bytes from `from` to before `to`. Byte by byte: a call
 * out of JavaScript would take longer than these few, several times an event.
 */
export function isText(text: string, bytes: Buffer, from = 0, to = bytes.length): boolean {
  if (text.length !== to - from || text === '') return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

/** The sequence in these bytes, from `from` to before `to`; null where they are none. */
export function sequenceIn(bytes: Buffer, from = 0, to = bytes.length): number | null {
  if (to - from > SEQUENCE_DIGITS_MAX) return null;
  let number = 0;
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] as number) - ZERO;
    // Not 0 at the beginning.
    if (digit < (i === from ? 1 : 0) || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number >= 1 && Number.isSafeInteger(number) ? number : null;
}
