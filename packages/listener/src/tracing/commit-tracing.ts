import type { TaskEvent } from '@taskwire/protocol';
import type { EventOutcome, Lane } from '../store/batch.ts';

/** Told of every batch once it is in the database, and of nothing while it is on its way there. */
export interface CommitTracing {
  committed(events: readonly CommittedEvent[], times: BatchTimes): void;
}

export interface CommittedEvent {
  readonly item: { readonly event: TaskEvent; readonly lane: Lane };
  readonly outcome: EventOutcome;
}

/** All by performance.now(). */
export interface BatchTimes {
  /** Its lane has it. */
  readonly takenAt: number;
  /** It is decoded, and the database is asked for the first time. */
  readonly commitAt: number;
  readonly committedAt: number;
}
