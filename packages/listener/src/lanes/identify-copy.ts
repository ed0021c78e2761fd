import { hash } from 'node:crypto';
import { type DecodeOptions, decodeEvent } from '@taskwire/protocol';
import { eachPayload, type MessageBlock } from '../redis/channel-messages.ts';
import { EVENT_ID_BYTES } from '../store/event-id-texts.ts';

/** Which event a published message is a copy of, and by which durable lane the other copy comes. */
export interface CopyIdentity {
  readonly id: string;
  readonly durableLane: 'stream' | 'list';
}

const FIELD = Buffer.from('"event_id":');
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SPACE = 0x20;
const QUOTE = 0x22;

/**
 * Looks at each message of a block, and whether it may be of version 1 or later, so that the stream brings the same event.
 * In time linear in their size, whatever they are.
 */
export function eachCopy(
  block: MessageBlock,
  look: (from: number, to: number, namesItsEvent: boolean) => void,
): void {
  let named = block.bytes.indexOf(FIELD);
  eachPayload(block, (from, to) => {
    if (named !== -1 && named < from) named = block.bytes.indexOf(FIELD, from);
    look(from, to, named !== -1 && named < to);
  });
}

/**
 * Finds the event_id without reading the whole message, since every event passes here and nearly all are thrown away.
 * Where the field is named more than once, the message is decoded after all.
 * @param from where the message begins in the bytes, and @param to before which it ends
 */
export function identifyCopy(
  bytes: Buffer,
  options: DecodeOptions,
  from = 0,
  to = bytes.length,
): CopyIdentity {
  const id = onlyIdIn(bytes, from, to);
  return id === null ? identifyUnnamed(bytes, options, from, to) : { id, durableLane: 'stream' };
}

/** The same for a message that does not name its event, as of version 0: by what is in it. */
export function identifyUnnamed(
  bytes: Buffer,
  options: DecodeOptions,
  from: number,
  to: number,
): CopyIdentity {
  const decoded = decodeEvent(bytes, options, from, to);
  if (!decoded.ok) return { id: hash('sha1', bytes.subarray(from, to), 'hex'), durableLane: 'list' };
  const durableLane = decoded.event.schema_version === 0 ? 'list' : 'stream';
  return { id: decoded.event.event_id, durableLane };
}

function onlyIdIn(bytes: Buffer, from: number, to: number): string | null {
  const at = onlyIdAt(bytes, from, to);
  if (at === -1) return null;
  const id = bytes.toString('latin1', at, at + EVENT_ID_BYTES);
  return UUID.test(id) ? id : null;
}

/**
 * Where the event_id stands, or what is as long and in its place; -1 where a message names none, or more than one. Each search
 * ends at the next message that names its event: in messages one after the other, all of them are linear.
 */
export function onlyIdAt(bytes: Buffer, from: number, to: number): number {
  const at = bytes.indexOf(FIELD, from);
  if (at === -1 || at >= to) return -1;
  const again = bytes.indexOf(FIELD, at + FIELD.length);
  if (again !== -1 && again < to) return -1;
  const quoteAt = at + FIELD.length + (bytes[at + FIELD.length] === SPACE ? 1 : 0);
  const end = quoteAt + 1 + EVENT_ID_BYTES;
  return end < to && bytes[quoteAt] === QUOTE && bytes[end] === QUOTE ? quoteAt + 1 : -1;
}
