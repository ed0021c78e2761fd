import { STREAM_FIELDS } from '@taskwire/protocol';
import { sameBytes } from '../redis/same-bytes.ts';

/** What of an entry of the stream is wanted, and what it means; by whom it is read is another matter. */
export const FIELD = { other: 0, event: 1, publisherId: 2, sequence: 3 } as const;
export type Field = (typeof FIELD)[keyof typeof FIELD];

const EVENT = Buffer.from(STREAM_FIELDS.event);
const PUBLISHER_ID = Buffer.from(STREAM_FIELDS.publisherId);
const SEQUENCE = Buffer.from(STREAM_FIELDS.sequence);

/** The field whose name stands in these bytes from `from` to before `to`. */
export function fieldNamed(bytes: Buffer, from = 0, to = bytes.length): Field {
  if (sameBytes(EVENT, bytes, from, to)) return FIELD.event;
  if (sameBytes(SEQUENCE, bytes, from, to)) return FIELD.sequence;
  return sameBytes(PUBLISHER_ID, bytes, from, to) ? FIELD.publisherId : FIELD.other;
}

/** The sequence that travels beside the events of an entry; null where it says more than once whose they are, or which. */
export const sequenceBeside = (
  sequence: number | null,
  publisherIds: number,
  sequences: number,
): number | null => (publisherIds === 1 && sequences === 1 ? sequence : null);

/**
 * The sequence of an event of an entry, whose first one has the sequence that travels beside them.
 * @param place of the event in the entry, from 0
 */
export function sequenceAt(first: number | null, place: number): number | null {
  const sequence = first === null ? Number.NaN : first + place;
  return Number.isSafeInteger(sequence) ? sequence : null;
}

/** An entry of somebody else: shown as it is, and refused by the decoder, which finds no event in it. */
export const foreignEntry = (fields: readonly string[]): Buffer => Buffer.from(JSON.stringify(fields));
