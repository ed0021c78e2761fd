import { hash } from 'node:crypto';
import { type DecodeOptions, decodeEvent } from '@taskwire/protocol';

/** Which event a published message is a copy of, and by which durable lane the other copy comes. */
export interface CopyIdentity {
  readonly id: string;
  readonly durableLane: 'stream' | 'list';
}

const FIELD = Buffer.from('"event_id":');
const UUID = /^ ?"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"/;

/** Whether it may be of version 1 or later: the stream brings the same event. */
export const namesItsEvent = (payload: Buffer): boolean => payload.includes(FIELD);

/**
 * Finds the event_id without reading the whole message, since every event passes here and nearly all are thrown away.
 * Where the field is named more than once, or not at all (version 0), the message is decoded after all.
 */
export function identifyCopy(payload: Buffer, options: DecodeOptions): CopyIdentity {
  const at = payload.indexOf(FIELD);
  if (at !== -1 && payload.indexOf(FIELD, at + FIELD.length) === -1) {
    const start = at + FIELD.length;
    const id = UUID.exec(payload.toString('latin1', start, start + 40))?.[1];
    if (id !== undefined) return { id, durableLane: 'stream' };
  }
  const decoded = decodeEvent(payload, options);
  if (!decoded.ok) return { id: hash('sha1', payload, 'hex'), durableLane: 'list' };
  const durableLane = decoded.event.schema_version === 0 ? 'list' : 'stream';
  return { id: decoded.event.event_id, durableLane };
}
