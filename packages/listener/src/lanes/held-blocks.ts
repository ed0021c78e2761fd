import type { MessageBlock } from '../redis/channel-messages.ts';

/** Published messages as they came, unread, until it is known that their events were committed some other way. */
export interface HeldBlocks {
  /** How many messages. */
  readonly size: number;
  /** performance.now() of the arrival of the oldest; infinite where there is none. */
  readonly oldestAt: number;
  /** @returns how many older messages had to make room */
  hold(block: MessageBlock, now: number): number;
  /** Takes out, oldest first, those that arrived until then; at most so many bytes (but at least one block). */
  takeUntil(arrivedUntil: number, bytesMax: number): readonly MessageBlock[];
  clear(): void;
}

interface HeldBlock extends MessageBlock {
  readonly arrivedAt: number;
}

/** What a block weighs besides its bytes. */
const OVERHEAD_BYTES = 300;

/** Bounded in bytes and messages: what makes room is in the outbox of its publisher anyway. */
export function createHeldBlocks(bytesMax: number, messagesMax: number): HeldBlocks {
  const blocks = new Set<HeldBlock>();
  let bytes = 0;
  let messages = 0;

  const remove = (block: HeldBlock): void => {
    blocks.delete(block);
    bytes -= block.bytes.byteLength + OVERHEAD_BYTES;
    messages -= block.messages;
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
      blocks.add({ ...block, arrivedAt: now });
      bytes += block.bytes.byteLength + OVERHEAD_BYTES;
      messages += block.messages;
      let dropped = 0;
      for (const oldest of blocks) {
        if (bytes <= bytesMax && messages <= messagesMax) break;
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
    clear: () => {
      blocks.clear();
      bytes = 0;
      messages = 0;
    },
  };
}
