import { countReceipts, Delivery, type Receipt } from './delivery.ts';

/** Of each event: the number of its block, where it begins and ends in that, and the number of its entry. */
const PLACE = { block: 0, from: 1, to: 2, entry: 3 } as const;
const PLACE_WORDS = 4;
const FIRST_ROOM = 1_024;
/** No sequence. */
const NONE = 0;

/**
 * Where the events of a read of the stream stand, in columns that are used again for those of other reads: an object of each
 * event would outlive the nursery with its batch, and then the whole heap has to be looked through for it.
 */
export class EventColumns {
  #length = 0;
  #places = new Int32Array(PLACE_WORDS * FIRST_ROOM);
  #sequences = new Float64Array(FIRST_ROOM);
  readonly #blocks: Buffer[] = [];
  readonly #receipts: Receipt[] = [];
  readonly #publisherIds: (string | null)[] = [];

  get length(): number {
    return this.#length;
  }

  /** For so many there is memory. */
  get room(): number {
    return this.#sequences.length;
  }

  /** Those that follow belong to this entry. */
  beginEntry(receipt: Receipt, publisherId: string | null): void {
    this.#receipts.push(receipt);
    this.#publisherIds.push(publisherId);
  }

  /** An event of the last entry, which stands in these bytes from `from` to before `to`. */
  add(bytes: Buffer, from: number, to: number, sequence: number | null): void {
    if (this.#blocks.at(-1) !== bytes) this.#blocks.push(bytes);
    if (this.#length === this.#sequences.length) this.#grow();
    const at = PLACE_WORDS * this.#length;
    const places = this.#places;
    places[at + PLACE.block] = this.#blocks.length - 1;
    places[at + PLACE.from] = from;
    places[at + PLACE.to] = to;
    places[at + PLACE.entry] = this.#receipts.length - 1;
    this.#sequences[this.#length] = sequence ?? NONE;
    this.#length += 1;
  }

  #grow(): void {
    const [places, sequences] = [this.#places, this.#sequences];
    this.#places = new Int32Array(2 * places.length);
    this.#places.set(places);
    this.#sequences = new Float64Array(2 * sequences.length);
    this.#sequences.set(sequences);
  }

  /** For other events. */
  clear(): void {
    this.#length = 0;
    this.#blocks.length = 0;
    this.#receipts.length = 0;
    this.#publisherIds.length = 0;
  }

  bytesAt(index: number): Buffer {
    return this.#blocks[this.#word(index, PLACE.block)] as Buffer;
  }
  fromAt(index: number): number {
    return this.#word(index, PLACE.from);
  }
  toAt(index: number): number {
    return this.#word(index, PLACE.to);
  }
  receiptAt(index: number): Receipt {
    return this.#receipts[this.#word(index, PLACE.entry)] as Receipt;
  }
  deliveryAt(index: number): Delivery {
    const [bytes, from, to] = [this.bytesAt(index), this.fromAt(index), this.toAt(index)];
    const publisherId = this.#publisherIds[this.#word(index, PLACE.entry)] ?? null;
    const sequence = this.#sequences[index] as number;
    return new Delivery(
      'stream',
      this.receiptAt(index),
      bytes,
      from,
      to,
      publisherId,
      sequence === NONE ? null : sequence,
    );
  }

  #word(index: number, of: number): number {
    return this.#places[PLACE_WORDS * index + of] as number;
  }
}

/** Events of a read that go on their way together; deliveries are made of them where somebody wants to see each. */
export class StreamEvents {
  readonly #columns: EventColumns;
  readonly #begin: number;
  readonly length: number;

  constructor(columns: EventColumns, begin = 0, end = columns.length) {
    this.#columns = columns;
    this.#begin = begin;
    this.length = end - begin;
  }

  bytesAt(index: number): Buffer {
    return this.#columns.bytesAt(this.#begin + index);
  }
  fromAt(index: number): number {
    return this.#columns.fromAt(this.#begin + index);
  }
  toAt(index: number): number {
    return this.#columns.toAt(this.#begin + index);
  }

  get payloadBytes(): number {
    let bytes = 0;
    for (let i = 0; i < this.length; i++) bytes += this.toAt(i) - this.fromAt(i);
    return bytes;
  }

  slice(from: number, to: number): StreamEvents {
    return new StreamEvents(this.#columns, this.#begin + from, this.#begin + to);
  }

  toDeliveries(): readonly Delivery[] {
    return Array.from({ length: this.length }, (_, index) => this.#columns.deliveryAt(this.#begin + index));
  }

  /** Counts all of them as done. @returns the ids of what is settled with them */
  countDone(): readonly string[] {
    return countReceipts(this.length, (index) => this.#columns.receiptAt(this.#begin + index));
  }
}

/** Of a read that brought nothing. */
export const NO_EVENTS = new StreamEvents(new EventColumns());
