import { publisherIdIn, Receipt, sequenceIn } from '../intake/delivery.ts';
import type { EventColumns } from '../intake/stream-events.ts';
import { ASTERISK, CARRIAGE_RETURN, DOLLAR, LINE_END_BYTES, NINE, ZERO } from '../redis/resp-frame.ts';
import type { BlockPool } from './block-pool.ts';
import { FIELD, type Field, fieldNamed, foreignEntry, sequenceAt, sequenceBeside } from './entry-fields.ts';

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
  /** Of which field the value is that comes next. */
  #field: Field = FIELD.other;
  #publisherId: string | null = null;
  /** Of its first event. */
  #sequence: number | null = null;
  /** How often it says whose its events are, and which. */
  #publisherCount = 0;
  #sequenceCount = 0;
  /** Where its events stand: of each where it begins and where it ends. Longer after an entry of more events. */
  readonly #payloads: number[] = [];
  #payloadCount = 0;

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
  entry(columns: EventColumns): boolean {
    if (this.#textsLeft === MORE && !this.#beginEntry()) return false;
    for (; this.#textsLeft > 0; this.#textsLeft--) {
      if (!this.#text()) return false;
      if (this.#textsLeft % 2 === 0) this.#field = fieldNamed(this.#bytes, this.#from, this.#to);
      else if (this.#field !== FIELD.other) this.#takeValue();
    }
    this.#addTo(columns);
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
    this.#publisherCount = 0;
    this.#payloadCount = 0;
    this.#sequenceCount = 0;
    return true;
  }

  #takeValue(): void {
    if (this.#field === FIELD.event) {
      const at = 2 * this.#payloadCount++;
      this.#payloads[at] = this.#from - this.#begin;
      this.#payloads[at + 1] = this.#to - this.#begin;
    } else if (this.#field === FIELD.publisherId) {
      this.#publisherCount++;
      this.#publisherId = publisherIdIn(this.#bytes, this.#from, this.#to);
    } else {
      this.#sequenceCount++;
      this.#sequence = sequenceIn(this.#bytes, this.#from, this.#to);
    }
  }

  #addTo(columns: EventColumns): void {
    const places = this.#payloads;
    const isForeign = this.#payloadCount === 0;
    const events = isForeign ? 1 : this.#payloadCount;
    const sequence = sequenceBeside(this.#sequence, this.#publisherCount, this.#sequenceCount);
    columns.beginEntry(new Receipt(this.#receipt, events), this.#publisherId);
    if (isForeign) {
      const payload = foreignEntry(this.#allTexts());
      columns.add(payload, 0, payload.length, sequence);
      return;
    }
    for (let i = 0; i < events; i++) {
      const from = this.#begin + (places[2 * i] as number);
      const to = this.#begin + (places[2 * i + 1] as number);
      columns.add(this.#bytes, from, to, sequenceAt(sequence, i));
    }
  }

  #allTexts(): readonly string[] {
    this.#at = this.#begin + this.#textsAt;
    return Array.from({ length: this.#texts }, () => {
      this.#text();
      return this.#bytes.toString('utf8', this.#from, this.#to);
    });
  }

  /** Goes past a text where all of it is there. In one piece with its length: it is what nearly all time goes into. */
  #text(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = this.#at;
    if (i >= end) return false;
    if (bytes[i++] !== DOLLAR) throw new Error(NOT_AS_EXPECTED);
    let length = 0;
    for (; i < end; i++) {
      const digit = bytes[i] as number;
      if (digit < ZERO || digit > NINE) break;
      length = length * 10 + digit - ZERO;
    }
    const from = i + LINE_END_BYTES;
    const to = from + length;
    if (from <= end && bytes[i] !== CARRIAGE_RETURN) throw new Error(NOT_AS_EXPECTED);
    if (to + LINE_END_BYTES > end) return false;
    this.#from = from;
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
