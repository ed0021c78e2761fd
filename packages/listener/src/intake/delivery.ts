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

const PUBLISHER_ID = /^[0-9a-zA-Z_-]{1,64}$/;
const SEQUENCE = /^[1-9][0-9]{0,15}$/;

/** Fields from the wire to what may be counted as a publisher's sequence; both or neither. */
export function accountedAs(
  publisherId: string | undefined,
  sequence: string | undefined,
): Pick<Delivery, 'publisher_id' | 'sequence'> {
  const number = sequence !== undefined && SEQUENCE.test(sequence) ? Number(sequence) : Number.NaN;
  if (publisherId === undefined || !PUBLISHER_ID.test(publisherId) || !Number.isSafeInteger(number)) {
    return { publisher_id: null, sequence: null };
  }
  return { publisher_id: publisherId, sequence: number };
}
