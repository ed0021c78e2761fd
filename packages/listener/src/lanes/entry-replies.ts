import type { Redis } from 'ioredis';
import { EventColumns, NO_EVENTS, StreamEvents } from '../intake/stream-events.ts';
import { readBeforeClient } from '../redis/before-client.ts';
import { type BlockPool, createBlockPool } from './block-pool.ts';
import { EntryReader } from './entry-reader.ts';

/**
 * Reads the entries of a stream off the connection before the client does. The client would make an array of each entry
 * and a Buffer of each of its names and values, six of them for each event, of which all but one are looked at once.
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
  readonly entries: number;
  readonly events: StreamEvents;
  /** Nobody looks at these any more, whose memory is used for others then. Where that is never said, it is not. */
  done(): void;
}

/** What the client gets instead of a reply that was read here. */
const NO_ENTRIES = Buffer.from('*-1\r\n');

/** So many are there at a time: one of each batch in flight, and the one that is being read. */
const REPLIES_MAX = 4;
const BLOCK_BYTES = 262_144;
/** Three for each: fewer would be let go and made anew. */
const BLOCKS_KEPT_MAX = 3 * REPLIES_MAX;
/** Events. One reply of very many must not keep its memory for ever. */
const COLUMNS_ROOM_KEPT_MAX = 4_096;

const NOTHING_RECEIVED: ReceivedEntries = { entries: 0, events: NO_EVENTS, done: () => {} };

/** @param redis a connection on which one command waits at a time */
export function createEntryReplies(redis: Redis, stream: string): EntryReplies {
  const head = entriesHead(stream);
  const memory: ReplyMemory = { blocks: createBlockPool(BLOCK_BYTES, BLOCKS_KEPT_MAX), columns: [] };
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
      reply = createEntryReply(head, memory);
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

/** What replies are read into, used again and again. */
interface ReplyMemory {
  readonly blocks: BlockPool;
  readonly columns: EventColumns[];
}

/** @param head how it begins, {@link entriesHead} */
export function createEntryReply(head: Buffer, memory: ReplyMemory): EntryReply {
  const columns = memory.columns.pop() ?? new EventColumns();
  const reader = new EntryReader(memory.blocks);
  let entriesLeft = -1;
  let entries = 0;
  let isDone = false;
  return {
    get entries() {
      return entries;
    },
    get events() {
      return new StreamEvents(columns);
    },
    get hasEntries() {
      return entriesLeft !== -1;
    },
    done: () => {
      if (isDone) return;
      isDone = true;
      reader.giveBack();
      columns.clear();
      const isUsual = columns.room <= COLUMNS_ROOM_KEPT_MAX;
      if (isUsual && memory.columns.length < REPLIES_MAX) memory.columns.push(columns);
    },
    read: (chunk) => {
      reader.add(chunk);
      if (entriesLeft === -1) {
        const begun = reader.begins(head);
        if (begun === 'otherwise') return reader.rest();
        if (begun === 'perhaps') return null;
        entriesLeft = begun;
      }
      for (; entriesLeft > 0; entriesLeft--) {
        if (!reader.entry(columns)) return null;
        entries++;
      }
      return reader.rest();
    },
  };
}
