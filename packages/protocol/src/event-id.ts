import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { EventV0 } from './event-schema.ts';

/** The time in an event_id: its first 48 bits, milliseconds since 1970 (RFC 9562, section 5.7). */
export function eventIdTimeMs(eventId: string): number {
  return Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16);
}

/** The smallest UUID whose time is `ms`: where a partition or the retention begins. */
export function eventIdFloor(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/**
 * The event_id of a version 0 event, which brings none: derived from content and time, so that the copy that was
 * published and the copy that was pushed get the same one. Version 8 (RFC 9562, section 5.8: custom), laid out like
 * version 7, with a SHA-256 of the content where version 7 has random bits.
 */
export function deriveEventId(event: EventV0, eventTimeUs: number): string {
  const content = canonicalJson([
    event.task_request_id,
    event.status,
    eventTimeUs,
    event.data,
    event.worker_container,
    event.task_name ?? null,
  ]);
  const digest = hash('sha256', content, 'hex');
  const time = Math.floor(eventTimeUs / 1000)
    .toString(16)
    .padStart(12, '0');
  const variant = ((Number.parseInt(digest.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-8${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
}
