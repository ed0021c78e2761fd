import type { EventLog } from './event-log.ts';

/**
 * Acknowledged events stay for a while: a database that is restored, or fails over without its last commits, says so
 * by acknowledging less, and then they are sent again. They may take this part of the outbox, no more.
 */
export const DONE_SHARE_MAX = 0.25;

/** The grace time is kept to this part of itself. */
const SAMPLES = 60;

/** Deletes go in steps, since a task waits behind each of them: about a ms. */
export const DELETE_EVENTS_MAX = 1_000;

interface Sample {
  readonly atMs: number;
  readonly lowWater: number;
}

/** Remembers how far each log was acknowledged when, to say which of its events are out of their grace time. */
export interface Retention {
  /** The last sequence of this log that may be deleted for its age. */
  expiredTo(log: EventLog, nowMs: number): number;
}

export function createRetention(ackGraceMs: number): Retention {
  const samples = new WeakMap<EventLog, Sample[]>();
  return {
    expiredTo(log, nowMs) {
      const lowWater = log.ack?.low_water ?? 0;
      const own = samples.get(log) ?? [];
      samples.set(log, own);
      // An acknowledgement that went back begins anew: what was counted as done is not.
      while ((own.at(-1)?.lowWater ?? 0) > lowWater) own.pop();
      const last = own.at(-1);
      if (lowWater > (last?.lowWater ?? 0)) {
        // The newest is replaced until it is far enough from the one before it.
        const before = own.at(-2);
        if (last !== undefined && before !== undefined && last.atMs - before.atMs < ackGraceMs / SAMPLES) {
          own.pop();
        }
        own.push({ atMs: nowMs, lowWater });
      }
      let expired = log.deletedTo;
      while (own[0] !== undefined && nowMs - own[0].atMs >= ackGraceMs) {
        expired = Math.max(expired, own[0].lowWater);
        own.shift();
      }
      if (expired > log.deletedTo) own.unshift({ atMs: nowMs - ackGraceMs, lowWater: expired });
      return expired;
    },
  };
}

/** How many events the log keeps that the database has. */
export const doneCount = (log: EventLog): number => Math.max(0, (log.ack?.low_water ?? 0) - log.deletedTo);
