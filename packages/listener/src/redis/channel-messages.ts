import type { Redis } from 'ioredis';
import { readBeforeClient } from './before-client.ts';
import { CARRIAGE_RETURN, frameEnd, LINE_END_BYTES, ZERO } from './resp-frame.ts';
import { sameBytes } from './same-bytes.ts';

/** Messages of one channel as they came over the connection, one after the other and whole. */
export interface MessageBlock {
  readonly bytes: Buffer;
  readonly messages: number;
  /** In each message, what stands before the length of its payload. */
  readonly headBytes: number;
}

/** Of what comes next, this much is looked at first for the end of a reply. */
const PIECE_BYTES = 1_024;

export interface ChannelMessages {
  /** Takes what came over the connection. Whatever is no message of the channel goes to `others`, whole replies only. */
  take(chunk: Buffer): void;
}

/**
 * Tells the messages of one channel from everything else on a subscribed connection, without reading them: nearly all
 * are thrown away a moment later, and a reply that is parsed, put into an array and given to listeners one by one costs
 * ten times as much as knowing where it ends.
 */
export function splitChannelMessages(
  channel: string,
  onBlock: (block: MessageBlock) => void,
  others: (bytes: Buffer) => void,
): ChannelMessages {
  const head = messageHead(channel);
  /** The beginning of a reply. */
  let rest: Buffer | null = null;

  /** Where `chunk` goes on behind the reply that `rest` began; null where that does not end in it. */
  function complete(begun: Buffer, chunk: Buffer): number | null {
    // As a rule a small piece of the chunk is enough, and the others stay where they are.
    for (let more = Math.max(PIECE_BYTES, begun.length); ; more *= 4) {
      const reply = Buffer.concat([begun, chunk.subarray(0, more)]);
      const end = frameEnd(reply, 0);
      if (end !== null) {
        passOn(reply.subarray(0, end));
        return end - begun.length;
      }
      if (more < chunk.length) continue;
      rest = reply;
      return null;
    }
  }

  function passOn(reply: Buffer): void {
    if (sameBytes(head, reply, 0, head.length))
      onBlock({ bytes: reply, messages: 1, headBytes: head.length });
    else others(reply);
  }

  return {
    take: (chunk) => {
      let at: number | null = 0;
      if (rest !== null) {
        const begun = rest;
        rest = null;
        at = complete(begun, chunk);
        if (at === null) return;
      }
      while (at < chunk.length) {
        const block = wholeMessages(chunk, at, head);
        if (block.messages > 0) {
          onBlock({
            bytes: chunk.subarray(at, block.end),
            messages: block.messages,
            headBytes: head.length,
          });
          at = block.end;
          continue;
        }
        const end = frameEnd(chunk, at);
        if (end === null) break;
        others(chunk.subarray(at, end));
        at = end;
      }
      if (at < chunk.length) rest = Buffer.from(chunk.subarray(at));
    },
  };
}

/** Where the payload of each message of a block stands, in order: from `from` to before `to`. */
export function eachPayload(
  { bytes, headBytes }: MessageBlock,
  look: (from: number, to: number) => void,
): void {
  for (let at = 0; at < bytes.length; ) {
    const from = payloadAt(bytes, at + headBytes);
    const to = from + payloadBytes;
    look(from, to);
    at = to + LINE_END_BYTES;
  }
}

/**
 * Hears the messages of one channel before the client does, on the connection that it has now; the client gets the rest.
 * To be called when nothing is subscribed yet, after each connection.
 */
export function hearChannel(redis: Redis, channel: string, onBlock: (block: MessageBlock) => void): void {
  let messages: ChannelMessages | undefined;
  readBeforeClient(redis.stream, (chunk, client) => {
    messages ??= splitChannelMessages(channel, onBlock, client);
    messages.take(chunk);
  });
}

/** How every message of this channel begins, up to the length of its payload. */
const messageHead = (channel: string): Buffer =>
  Buffer.from(`*3\r\n$7\r\nmessage\r\n$${Buffer.byteLength(channel)}\r\n${channel}\r\n$`);

/** As many whole messages as there are from `at` on. */
function wholeMessages(bytes: Buffer, at: number, head: Buffer): { end: number; messages: number } {
  let end = at;
  let messages = 0;
  while (sameBytes(head, bytes, end, end + head.length)) {
    const from = payloadAt(bytes, end + head.length);
    const next = from + payloadBytes + LINE_END_BYTES;
    if (from === -1 || next > bytes.length) break;
    end = next;
    messages++;
  }
  return { end, messages };
}

/** Of the payload that was last looked for. */
let payloadBytes = 0;

/** Where the payload begins whose length stands at `at`; -1 where that cannot be seen yet, or is none. */
function payloadAt(bytes: Buffer, at: number): number {
  payloadBytes = 0;
  let i = at;
  for (; i < bytes.length; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    payloadBytes = payloadBytes * 10 + digit;
  }
  return i > at && i + 1 < bytes.length && bytes[i] === CARRIAGE_RETURN ? i + LINE_END_BYTES : -1;
}
