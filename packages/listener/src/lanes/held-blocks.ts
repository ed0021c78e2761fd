import type { MessageBlock } from '../redis/channel-messages.ts';
import { createBlockPool } from './block-pool.ts';

/**
 * Published messages as they came, unread, until it is known that their events were committed some other way. In memory
 * of its own: what comes over a connection would live until the whole heap is collected.
 */
export interface HeldBlocks {
  /** How many messages. */
  readonly size: number;
  /** performance.now() of the arrival of the oldest; infinite where there is none. */
  readonly oldestAt: number;
  /** @returns how many older messages had to make room; of a block that is larger than all of it may be, its own */
  hold(block: MessageBlock, now: number): number;
  /**
   * Takes out, oldest first, those that arrived until then; at most so many bytes (but at least one block). They may be
   * looked at until the next call of `hold`, which uses their memory again.
   */
  takeUntil(arrivedUntil: number, bytesMax: number): readonly MessageBlock[];
  /** Forgets those that arrived until then and are done with; each is asked for once. */
  forget(arrivedUntil: number, isDone: (block: MessageBlock) => boolean): void;
  clear(): void;
}

interface HeldBlock extends MessageBlock {
  readonly arrivedAt: number;
  readonly memory: Memory;
  /** Was not done with when it was asked for. */
  isLeft: boolean;
}

/** Blocks stand in it one after the other. */
interface Memory {
  readonly bytes: Buffer;
  /** Where the next one goes. */
  end: number;
  /** How many are still held. */
  blocks: number;
}

const MEMORY_BYTES = 262_144;

/** What a block weighs besides its bytes. */
const OVERHEAD_BYTES = 300;

/** Bounded in bytes and messages: what makes room is in the outbox of its publisher anyway. */
export function createHeldBlocks(bytesMax: number, messagesMax: number): HeldBlocks {
  const pool = createBlockPool(MEMORY_BYTES, Math.ceil(bytesMax / MEMORY_BYTES));
  const blocks = new Set<HeldBlock>();
  /** Where the next block goes. */
  let memory: Memory | undefined;
  let bytes = 0;
  let messages = 0;
  let memoryBytes = 0;
  /** A few blocks that stay keep all of their memory: it may be this much more than they are. */
  const memoryBytesMax = 2 * Math.max(bytesMax, MEMORY_BYTES);

  const memoryFor = (size: number): Memory => {
    if (memory !== undefined && memory.bytes.length - memory.end >= size) return memory;
    if (memory?.blocks === 0) release(memory);
    memory = { bytes: pool.take(size), end: 0, blocks: 0 };
    memoryBytes += memory.bytes.length;
    return memory;
  };
  const release = ({ bytes: released }: Memory): void => {
    memoryBytes -= released.length;
    pool.giveBack(released);
  };
  const add = (block: MessageBlock, arrivedAt: number): void => {
    const size = block.bytes.length;
    const into = memoryFor(size);
    const from = into.end;
    block.bytes.copy(into.bytes, from);
    into.end += size;
    into.blocks++;
    const copy = into.bytes.subarray(from, into.end);
    blocks.add({
      bytes: copy,
      messages: block.messages,
      headBytes: block.headBytes,
      arrivedAt,
      memory: into,
      isLeft: false,
    });
    bytes += size + OVERHEAD_BYTES;
    messages += block.messages;
  };
  const remove = (block: HeldBlock): void => {
    blocks.delete(block);
    bytes -= block.bytes.length + OVERHEAD_BYTES;
    messages -= block.messages;
    block.memory.blocks--;
    if (block.memory.blocks > 0) return;
    if (block.memory !== memory) release(block.memory);
    else if (memory.bytes.length === MEMORY_BYTES) memory.end = 0;
    else {
      release(memory);
      memory = undefined;
    }
  };
  return {
    get size() {
      return messages;
    },
    get oldestAt() {
      const [oldest] = blocks;
      return oldest?.arrivedAt ?? Number.POSITIVE_INFINITY;
    },
    hold: (block, now) => {
      if (block.bytes.length + OVERHEAD_BYTES > bytesMax) return block.messages;
      add(block, now);
      let dropped = 0;
      for (const oldest of blocks) {
        if (bytes <= bytesMax && messages <= messagesMax && memoryBytes <= memoryBytesMax) break;
        remove(oldest);
        dropped += oldest.messages;
      }
      return dropped;
    },
    takeUntil: (arrivedUntil, takenBytesMax) => {
      const taken: HeldBlock[] = [];
      let takenBytes = 0;
      for (const block of blocks) {
        takenBytes += block.bytes.byteLength;
        if (block.arrivedAt > arrivedUntil || (taken.length > 0 && takenBytes > takenBytesMax)) break;
        remove(block);
        taken.push(block);
      }
      return taken;
    },
    forget: (arrivedUntil, isDone) => {
      for (const block of blocks) {
        if (block.arrivedAt > arrivedUntil) return;
        if (block.isLeft) continue;
        if (isDone(block)) remove(block);
        else block.isLeft = true;
      }
    },
    clear: () => {
      for (const block of blocks) remove(block);
    },
  };
}
