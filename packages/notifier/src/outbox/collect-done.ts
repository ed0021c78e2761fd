import type { Outbox } from './outbox.ts';
import { DELETE_EVENTS_MAX, DONE_SHARE_MAX, doneCount, type Retention } from './retention.ts';

/** In an outbox that is this full, acknowledged events make room at once. */
const PRESSURE_RATIO = 0.8;

/**
 * A step of deleting what is acknowledged: what is past its grace time, or more where acknowledged events take more
 * than their share.
 * @returns whether something was deleted, and so there may be more. @throws what node:sqlite throws
 */
export function collectDone(outbox: Outbox, retention: Retention, nowMs: number): boolean {
  const { ratio } = outbox.usage();
  const total = outbox.logs.reduce((sum, log) => sum + log.lastSequence - log.deletedTo, 0);
  const done = outbox.logs.reduce((sum, log) => sum + doneCount(log), 0);
  // Bytes of single events are not kept; their share by count is near enough.
  const tooMuch = done > 0 && (ratio * (done / total) > DONE_SHARE_MAX || ratio > PRESSURE_RATIO);
  for (const log of [...outbox.logs]) {
    const to = tooMuch ? (log.ack?.low_water ?? 0) : retention.expiredTo(log, nowMs);
    if (log.deleteTo(to, DELETE_EVENTS_MAX) > 0) return true;
    if (!log.open && log.deletedTo >= log.lastSequence) outbox.forget(log);
  }
  return false;
}
