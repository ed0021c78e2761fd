import type { PublisherAck } from '@taskwire/protocol';
import { parsePublisherAck } from '../delivery/publisher-ack.ts';

/** What publish-batch.lua answers. */
export interface BatchReply {
  readonly added: number;
  /** Why the stream did not take all; null where it did. */
  readonly reason: string | null;
  readonly previousSending: number;
  readonly marked: boolean;
  readonly ack: PublisherAck | null;
}

/** What read-acks.lua answers. */
export interface AcksReply {
  readonly previousSending: number;
  readonly streamIsEmpty: boolean;
  readonly acks: readonly (PublisherAck | null)[];
}

/** @throws Error for anything else than what the script returns */
export function parseBatchReply(reply: unknown): BatchReply {
  if (!Array.isArray(reply) || typeof reply[0] !== 'number')
    throw new Error('unexpected answer of publish-batch');
  const [added, reason, previous, marked, ack] = reply as readonly unknown[];
  return {
    added: Number(added),
    reason: reason === '' ? null : String(reason),
    previousSending: Number(previous),
    marked: marked === 1,
    ack: parsePublisherAck(String(ack)),
  };
}

/** @throws Error for anything else than what the script returns */
export function parseAcksReply(reply: unknown): AcksReply {
  const [previous, length, acks] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  if (!Array.isArray(acks)) throw new Error('unexpected answer of read-acks');
  return {
    previousSending: Number(previous),
    streamIsEmpty: length === 0,
    acks: (acks as readonly unknown[]).map((ack) => parsePublisherAck(String(ack))),
  };
}
