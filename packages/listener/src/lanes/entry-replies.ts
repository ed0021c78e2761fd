import type { Redis } from 'ioredis';
import { Delivery, publisherIdIn, sameBytes, sequenceIn } from '../intake/delivery.ts';
import { readBeforeClient } from '../redis/before-client.ts';
import { ASTERISK, CARRIAGE_RETURN, DOLLAR, NINE, ZERO } from '../redis/resp-frame.ts';
import { type BlockPool, createBlockPool } from './block-pool.ts';
import { FIELD_NAMES, foreignEntry } from './stream-entries.ts';

/**
 * Reads the entries of a stream off the connection before the client does. The client would make an array of each entry
 * and a Buffer of each of its names and values, nine of them for one event, of which all but one are looked at once.
 */
export interface EntryReplies {
  /**
   * The next reply is that of an XREADGROUP. To be called before that is sent; where another one comes first, the client
   * reads it, and everything after it, until the next call.
   */
  expect(): void;
  /** The entries of that reply; the client was told that there were none. Empty where the client has read it. */
  take(): ReceivedEntries;
}

export interface ReceivedEntries {
  readonly deliveries: readonly Delivery[];
  /** Nobody looks at their payloads any more, whose memory is used for others then. Where that is never said, it is not. */
  done(): void;
}

/** What the client gets instead of a reply that was read here. */
const NO_ENTRIES = Buffer.from('*-1\r\n');

const BLOCK_BYTES = 262_144;
/** Three replies, which is as many as there are at a time, of the usual entries. */
const BLOCKS_KEPT_MAX = 12;

const NOTHING_RECEIVED: ReceivedEntries = { deliveries: [], done: () => {} };

/** @param redis a connection on which one command waits at a time */
export function createEntryReplies(redis: Redis, stream: string): EntryReplies {
  const head = entriesHead(stream);
  const pool = createBlockPool(BLOCK_BYTES, BLOCKS_KEPT_MAX);
  let attachedTo: Redis['stream'] | undefined;
  let reply: EntryReply | null = null;
  let received = NOTHING_RECEIVED;

  function read(chunk: Buffer, client: (bytes: Buffer) => void): void {
    if (reply === null) {
      client(chunk);
      return;
    }
    const rest = reply.read(chunk);
    if (rest === null) return;
    const { hasEntries } = reply;
    received = reply;
    reply = null;
    if (hasEntries) client(NO_ENTRIES);
    if (rest.length > 0) client(rest);
  }

  function attach(connection: Redis['stream']): void {
    readBeforeClient(connection, (chunk, client) => {
      try {
        read(chunk, client);
      } catch (error) {
        reply = null;
        connection.destroy(error instanceof Error ? error : undefined);
      }
    });
    attachedTo = connection;
  }

  return {
    expect: () => {
      received = NOTHING_RECEIVED;
      // Without a connection the command fails by itself.
      if (redis.status !== 'ready') return;
      if (attachedTo !== redis.stream) attach(redis.stream);
      reply = createEntryReply(head, pool);
    },
    take: () => {
      const taken = received;
      received = NOTHING_RECEIVED;
      return taken;
    },
  };
}

/** One reply of XREADGROUP for one stream, as it comes. */
export interface EntryReply extends ReceivedEntries {
  /**
   * Goes on with these bytes.
   * @returns what stands behind the reply, or all that came where it is another one; null where it has not ended
   * @throws Error for what is no reply
   */
  read(chunk: Buffer): Buffer | null;
  /** Whether it is one with entries. */
  readonly hasEntries: boolean;
}

/** How a reply with entries of this stream begins, up to their number. */
export const entriesHead = (stream: string): Buffer =>
  Buffer.from(`*1\r\n*2\r\n$${Buffer.byteLength(stream)}\r\n${stream}\r\n`);

/** @param head how it begins, {@link entriesHead} */
export function createEntryReply(head: Buffer, pool: BlockPool): EntryReply {
  const deliveries: Delivery[] = [];
  const reader = new EntryReader(pool);
  let entriesLeft = -1;
  return {
    deliveries,
    get hasEntries() {
      return entriesLeft !== -1;
    },
    done: () => reader.giveBack(),
    read: (chunk) => {
      reader.add(chunk);
      if (entriesLeft === -1) {
        const begun = reader.begins(head);
        if (begun === 'otherwise') return reader.rest();
        if (begun === 'perhaps') return null;
        entriesLeft = begun;
      }
      for (; entriesLeft > 0; entriesLeft--) {
        const delivery = reader.entry();
        if (delivery === null) return null;
        deliveries.push(delivery);
      }
      return reader.rest();
    },
  };
}

const LINE_END_BYTES = 2;
/** What is asked for goes on behind the bytes that are there. */
const MORE = -1;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the entries one after the other, in time linear in their size however they are cut. Version 2 of the protocol.
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
class EntryReader {
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
  #payloadFrom = 0;
  #payloadTo = MORE;
  #publisherId: string | null = null;
  #sequence: number | null = null;

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

  /** The next entry; null where it does not end here. */
  entry(): Delivery | null {
    if (this.#textsLeft === MORE && !this.#beginEntry()) return null;
    for (; this.#textsLeft > 0; this.#textsLeft--) {
      if (!this.#text()) return null;
      if (this.#textsLeft % 2 === 0) {
        this.#nameFrom = this.#from - this.#begin;
        this.#nameTo = this.#to - this.#begin;
      } else this.#takeValue();
    }
    const delivery = this.#delivery();
    this.#holdsEntries = true;
    this.#textsLeft = MORE;
    this.#begin = this.#at;
    return delivery;
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
    this.#payloadTo = MORE;
    this.#publisherId = null;
    this.#sequence = null;
    return true;
  }

  #takeValue(): void {
    const nameFrom = this.#begin + this.#nameFrom;
    const nameTo = this.#begin + this.#nameTo;
    if (sameBytes(FIELD_NAMES.event, this.#bytes, nameFrom, nameTo)) {
      this.#payloadFrom = this.#from - this.#begin;
      this.#payloadTo = this.#to - this.#begin;
    } else if (sameBytes(FIELD_NAMES.publisherId, this.#bytes, nameFrom, nameTo)) {
      this.#publisherId = publisherIdIn(this.#bytes, this.#from, this.#to);
    } else if (sameBytes(FIELD_NAMES.sequence, this.#bytes, nameFrom, nameTo)) {
      this.#sequence = sequenceIn(this.#bytes, this.#from, this.#to);
    }
  }

  #delivery(): Delivery {
    const publisherId = this.#publisherId;
    const sequence = this.#sequence;
    if (this.#payloadTo === MORE) {
      const payload = foreignEntry(this.#allTexts());
      return new Delivery('stream', this.#receipt, payload, 0, payload.length, publisherId, sequence);
    }
    const from = this.#begin + this.#payloadFrom;
    const to = this.#begin + this.#payloadTo;
    return new Delivery('stream', this.#receipt, this.#bytes, from, to, publisherId, sequence);
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
