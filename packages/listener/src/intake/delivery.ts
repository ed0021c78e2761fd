import { sameBytes } from '../redis/same-bytes.ts';
import type { Lane } from '../store/batch.ts';

/** What a lane settles by. Events that came together in one entry share one: it is settled when all of them are done. */
export class Receipt {
  /** The id of the stream entry, for instance. */
  readonly id: string;
  #open: number;

  /** @param deliveries so many share it */
  constructor(id: string, deliveries = 1) {
    this.id = id;
    this.#open = deliveries;
  }

  get isSettled(): boolean {
    return this.#open === 0;
  }

  /**
   * One of its deliveries is done, each once.
   * @returns whether that was the last one
   * @throws Error where all were done before
   */
  countDone(): boolean {
    if (this.#open === 0) throw new Error(`more deliveries of ${this.id} are done than there were`);
    this.#open -= 1;
    return this.#open === 0;
  }
}

/** Counts these as done. @returns the ids of what is settled with them: entries of which all events are done now */
export const countDone = (done: readonly Delivery[]): readonly string[] =>
  countReceipts(done.length, (index) => (done[index] as Delivery).receipt);

/** The same of so many deliveries, by the receipt of each. */
export function countReceipts(count: number, receiptAt: (index: number) => Receipt): readonly string[] {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const receipt = receiptAt(i);
    if (receipt.countDone()) ids.push(receipt.id);
  }
  return ids;
}

/** One message as a lane got it, before anybody has looked inside. */
export class Delivery {
  readonly lane: Lane;
  readonly receipt: Receipt;
  /** The message stands here from `from` to before `to`. A view of its own would outlive the nursery with each of them. */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** What travels beside the JSON on the stream, so that an event that cannot be read is accounted for all the same. */
  readonly publisher_id: string | null;
  readonly sequence: number | null;

  constructor(
    lane: Lane,
    receipt: Receipt,
    bytes: Buffer,
    from: number,
    to: number,
    publisher_id: string | null,
    sequence: number | null,
  ) {
    this.lane = lane;
    this.receipt = receipt;
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    // Both or neither: one without the other accounts for nothing.
    this.publisher_id = sequence === null ? null : publisher_id;
    this.sequence = publisher_id === null ? null : sequence;
  }

  /** A message by itself, with nothing beside it. */
  static of(lane: Lane, receipt: string, payload: Buffer): Delivery {
    return new Delivery(lane, new Receipt(receipt), payload, 0, payload.length, null, null);
  }

  /** The message as received. */
  get payload(): Buffer {
    return this.bytes.subarray(this.from, this.to);
  }

  get payloadBytes(): number {
    return this.to - this.from;
  }
}

const PUBLISHER_ID = /^[0-9a-zA-Z_-]+$/;
const PUBLISHER_ID_LENGTH_MAX = 64;
const SEQUENCE_DIGITS_MAX = 16;
const ZERO = 0x30;

/** Events of one publisher come one after another: they share one text. */
let lastPublisher = '';
let lastPublisherBytes = Buffer.alloc(0);

/** The publisher_id in these bytes, from `from` to before `to`; null where they are none. */
export function publisherIdIn(bytes: Buffer, from = 0, to = bytes.length): string | null {
  if (to - from > PUBLISHER_ID_LENGTH_MAX) return null;
  if (sameBytes(lastPublisherBytes, bytes, from, to)) return lastPublisher;
  const id = bytes.toString('latin1', from, to);
  if (!PUBLISHER_ID.test(id)) return null;
  lastPublisher = id;
  lastPublisherBytes = Buffer.from(id);
  return id;
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
