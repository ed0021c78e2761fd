import type { LaneName } from './lane.ts';
import type { EventKeeper } from './outbox/event-keeper.ts';

/** What an operator wants to know of a worker's events. */
export interface NotifierStatus {
  readonly enabled: boolean;
  /** `holding` also before the start and after the stop. */
  readonly lane: LaneName;
  /** Why it is not the stream, in words; null where it is. */
  readonly lane_problem: string | null;
  /** Null before the first event. */
  readonly publisher_id: string | null;
  readonly outbox_file: string | null;
  /** Bytes in use in the outbox files of this process. */
  readonly outbox_bytes: number;
  /** Why new events are not on disk, in words; null where they are. */
  readonly outbox_problem: string | null;
  /** Events that the database has not acknowledged. */
  readonly unacknowledged: number;
  readonly oldest_unacknowledged_ms: number;
  /** Progress events that were dropped for want of room. */
  readonly dropped_progress: number;
}

export function idleStatus(enabled: boolean, keeper: EventKeeper): NotifierStatus {
  const unacknowledged = keeper
    .logs()
    .reduce((sum, log) => sum + log.lastSequence - (log.ack?.low_water ?? log.deletedTo), 0);
  return {
    enabled,
    lane: 'holding',
    lane_problem: enabled ? 'the notifier does not run' : 'the notifier is disabled',
    publisher_id: keeper.publisherId,
    outbox_file: keeper.file,
    outbox_bytes: keeper.bytes,
    outbox_problem: keeper.problem,
    unacknowledged,
    oldest_unacknowledged_ms: 0,
    dropped_progress: keeper.droppedProgress,
  };
}
