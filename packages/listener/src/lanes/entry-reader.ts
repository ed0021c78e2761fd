import { Delivery, publisherIdIn, Receipt, sequenceIn } from '../intake/delivery.ts';
import { ASTERISK, CARRIAGE_RETURN, DOLLAR, LINE_END_BYTES, NINE, ZERO } from '../redis/resp-frame.ts';
import { sameBytes } from '../redis/same-bytes.ts';
import type { BlockPool } from './block-pool.ts';
import { FIELD_NAMES, foreignEntry, sequenceBeside } from './stream-entries.ts';

/** What is asked for goes on behind the bytes that are there. */
const MORE = -1;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the entries one after the other, in time linear in their size however they are cut. Version 2 of the protocol.
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class EntryReader {
  readonly #pool: BlockPool;
  /** Those before the last one: they hold entries that were read. */
  #blocks: Buffer[] = [];
  /** The last one. */
  #bytes: Buffer = NOTHING;
  #holdsEntries = false;
  /** So many bytes are there; behind them there may be room. */
  #end = 0;
  /** Where it goes on. */
  #at = 0;
  /** Where the entry begins that is being read, or the reply. */
  #begin = 0;
  /** Of the last text: its bytes. */
  #from = 0;
  #to = 0;

  /** Of the entry that is being read; all places count from where it begins. */
  #textsLeft = MORE;
  #texts = 0;
  #textsAt = 0;
  #receipt = '';
  /** The name before the value that comes next. */
  #nameFrom = 0;
  #nameTo = 0;
  #publisherId: string | null = null;
  /** Where its events stand: of each where it begins and where it ends. */
  readonly #payloads: number[] = [];
  readonly #sequences: (number | null)[] = [];

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  giveBack(): void {
    for (const block of [...this.#blocks, this.#bytes]) this.#pool.giveBack(block);
    this.#blocks = [];
    this.#bytes = NOTHING;
  }

  add(chunk: Buffer): void {
    if (this.#bytes.length - this.#end < chunk.length) this.#goOnInAnother(chunk.length);
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  /** @param bytes so many are to come */
  #goOnInAnother(bytes: number): void {
    const rest = this.#end - this.#begin;
    // Room for twice the rest: what comes in many chunks is not copied with each of them.
    const block = this.#pool.take(rest + Math.max(bytes, rest));
    this.#bytes.copy(block, 0, this.#begin, this.#end);
    if (this.#holdsEntries) this.#blocks.push(this.#bytes);
    else this.#pool.giveBack(this.#bytes);
    this.#bytes = block;
    this.#holdsEntries = false;
    this.#end = rest;
    this.#at -= this.#begin;
    this.#begin = 0;
  }

  /** @returns the number of entries where the reply begins like this */
  begins(head: Buffer): number | 'otherwise' | 'perhaps' {
    const known = Math.min(this.#end, head.length);
    if (this.#bytes.compare(head, 0, known, 0, known) !== 0) return 'otherwise';
    this.#at = head.length;
    const entries = known < head.length ? MORE : this.#number(ASTERISK);
    if (entries === MORE) return 'perhaps';
    this.#begin = this.#at;
    return entries;
  }

  /** Adds the events of the next entry to these. @returns false where it does not end here */
  entry(deliveries: Delivery[]): boolean {
    if (this.#textsLeft === MORE && !this.#beginEntry()) return false;
    for (; this.#textsLeft > 0; this.#textsLeft--) {
      if (!this.#text()) return false;
      if (this.#textsLeft % 2 === 0) {
        this.#nameFrom = this.#from - this.#begin;
        this.#nameTo = this.#to - this.#begin;
      } else this.#takeValue();
    }
    this.#addDeliveries(deliveries);
    this.#holdsEntries = true;
    this.#textsLeft = MORE;
    this.#begin = this.#at;
    return true;
  }

  /** A copy: whoever gets it may keep it for longer than the block is ours. */
  rest(): Buffer {
    return Buffer.from(this.#bytes.subarray(this.#begin, this.#end));
  }

  #beginEntry(): boolean {
    this.#at = this.#begin;
    if (this.#number(ASTERISK) === MORE || !this.#text()) return false;
    const idFrom = this.#from;
    const idTo = this.#to;
    const texts = this.#number(ASTERISK);
    if (texts === MORE) return false;
    this.#receipt = this.#bytes.toString('latin1', idFrom, idTo);
    this.#texts = texts;
    this.#textsLeft = texts;
    this.#textsAt = this.#at - this.#begin;
    this.#publisherId = null;
    this.#payloads.length = 0;
    this.#sequences.length = 0;
    return true;
  }

  #takeValue(): void {
    const nameFrom = this.#begin + this.#nameFrom;
    const nameTo = this.#begin + this.#nameTo;
    if (sameBytes(FIELD_NAMES.event, this.#bytes, nameFrom, nameTo)) {
      this.#payloads.push(this.#from - this.#begin, this.#to - this.#begin);
    } else if (sameBytes(FIELD_NAMES.publisherId, this.#bytes, nameFrom, nameTo)) {
      this.#publisherId = publisherIdIn(this.#bytes, this.#from, this.#to);
    } else if (sameBytes(FIELD_NAMES.sequence, this.#bytes, nameFrom, nameTo)) {
      this.#sequences.push(sequenceIn(this.#bytes, this.#from, this.#to));
    }
  }

  #addDeliveries(deliveries: Delivery[]): void {
    const places = this.#payloads;
    const events = places.length / 2;
    const receipt = new Receipt(this.#receipt, Math.max(1, events));
    if (events === 0) {
      const payload = foreignEntry(this.#allTexts());
      deliveries.push(
        this.#delivery(receipt, payload, 0, payload.length, sequenceBeside(this.#sequences, 0, 1)),
      );
    }
    for (let i = 0; i < events; i++) {
      const from = this.#begin + (places[2 * i] as number);
      const to = this.#begin + (places[2 * i + 1] as number);
      deliveries.push(
        this.#delivery(receipt, this.#bytes, from, to, sequenceBeside(this.#sequences, i, events)),
      );
    }
  }

  #delivery(receipt: Receipt, bytes: Buffer, from: number, to: number, sequence: number | null): Delivery {
    return new Delivery('stream', receipt, bytes, from, to, this.#publisherId, sequence);
  }

  #allTexts(): readonly string[] {
    this.#at = this.#begin + this.#textsAt;
    return Array.from({ length: this.#texts }, () => {
      this.#text();
      return this.#bytes.toString('utf8', this.#from, this.#to);
    });
  }

  /** Goes past a text where all of it is there. */
  #text(): boolean {
    const begun = this.#at;
    const length = this.#number(DOLLAR);
    const to = this.#at + length;
    if (length === MORE || to + LINE_END_BYTES > this.#end) {
      this.#at = begun;
      return false;
    }
    this.#from = this.#at;
    this.#to = to;
    this.#at = to + LINE_END_BYTES;
    return true;
  }

  /** The number behind this sign, and past its line; {@link MORE} where the line does not end here. */
  #number(sign: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = this.#at;
    if (i >= end) return MORE;
    if (bytes[i++] !== sign) throw new Error(NOT_AS_EXPECTED);
    let number = 0;
    for (; i < end; i++) {
      const digit = bytes[i] as number;
      if (digit < ZERO || digit > NINE) break;
      number = number * 10 + digit - ZERO;
    }
    if (i + LINE_END_BYTES > end) return MORE;
    if (bytes[i] !== CARRIAGE_RETURN) throw new Error(NOT_AS_EXPECTED);
    this.#at = i + LINE_END_BYTES;
    return number;
  }
}

const NOT_AS_EXPECTED = 'a reply of XREADGROUP is not as the protocol has it';
