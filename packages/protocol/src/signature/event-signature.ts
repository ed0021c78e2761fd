import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { NamedKey } from './named-keys.ts';

/**
 * How an event is signed. The JSON text of the event, one object without white space behind it, gets one more member,
 * written exactly so and always the last one:
 *
 *     ,"signature":"<key id>:<HMAC-SHA-256 in base64url without padding>"}
 *
 * What is signed are bytes: `taskwire-event`, a line feed, the key id, a line feed, and the text of the event in UTF-8
 * from its first byte up to where that member begins, its comma excluded. Nobody has to write JSON the same way twice:
 * what was sent is what was signed, numbers and repeated keys included.
 */
const CONTEXT = 'taskwire-event\n';

/** The longest that a signature makes an event longer. */
export const SIGNATURE_BYTES_MAX = ',"signature":"'.length + 64 + 1 + 43 + '"'.length;

const LAST_MEMBER = /,"signature":"([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{43})"\}$/;

/**
 * - `missing`: no signature stands where it belongs
 * - `key_unknown`: signed with a key that is none of these (any more)
 * - `invalid`: altered, or signed by somebody who has not the key
 */
export type SignatureVerdict = 'valid' | 'missing' | 'key_unknown' | 'invalid';

/** @param payload the JSON text of an event, an object with at least one member, that carries no signature */
export function signEvent(payload: string, { id, key }: NamedKey): string {
  const content = payload.slice(0, -1);
  return `${content},"signature":"${id}:${macOf(id, key, content).toString('base64url')}"}`;
}

/** @param keys by their ids; those that are no longer to be trusted are not among them */
export function verifyEvent(payload: Uint8Array, keys: ReadonlyMap<string, KeyObject>): SignatureVerdict {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const end = bytes.toString('latin1', Math.max(0, bytes.length - SIGNATURE_BYTES_MAX - 1));
  const member = LAST_MEMBER.exec(end);
  if (member === null) return 'missing';
  const [written, id = '', mac = ''] = member;
  const key = keys.get(id);
  if (key === undefined) return 'key_unknown';
  const content = bytes.subarray(0, bytes.length - written.length);
  const isRight = timingSafeEqual(macOf(id, key, content), Buffer.from(mac, 'base64url'));
  return isRight ? 'valid' : 'invalid';
}

/** The key id in the place where a signature belongs; null where there is none. */
export function signingKeyId(payload: Uint8Array): string | null {
  const end = Buffer.from(payload).toString('latin1', Math.max(0, payload.length - SIGNATURE_BYTES_MAX - 1));
  return LAST_MEMBER.exec(end)?.[1] ?? null;
}

const macOf = (id: string, key: KeyObject, content: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${CONTEXT}${id}\n`).update(content).digest();
