import {
  countShared,
  highestSequence,
  includesSequence,
  lowWater,
  missingRanges,
  type SequenceRanges,
} from '@taskwire/protocol';
import type { BatchEvent, BatchOutcome, DeadLetterReason, EventOutcome, PublisherProgress } from './batch.ts';
import type { EncodedBatch } from './batch-encoder.ts';
import { parseMultirange } from './multirange.ts';

type AppliedChange = readonly [
  task_request_id: string,
  status: string,
  task_name: string | null,
  attempt: number,
  progress: number | null,
  last_status_update: string,
  revision: number,
];

/** The row that `apply_batch.sql` returns. */
export interface AppliedRow {
  readonly inserted: number;
  readonly inserted_ids: readonly string[] | null;
  /** Null where they were not asked for. */
  readonly changes: readonly AppliedChange[] | null;
  /** Tasks that changed and whose final events contradict each other. */
  readonly conflicts: number;
  /** Null where no task changed. */
  readonly transaction: number | null;
  /** Of each dead letter that was not there yet; null where none was. */
  readonly dead_lettered: readonly DeadLetterReason[] | null;
  readonly publishers: readonly [publisher_id: string, received: string, before: string | null][];
}

export const changesOf = (row: AppliedRow): Pick<BatchOutcome, 'changes' | 'conflicts'> => ({
  changes: (row.changes ?? []).map((change) => ({
    task_request_id: change[0],
    status: change[1],
    task_name: change[2],
    attempt: change[3],
    progress: change[4],
    last_status_update: change[5],
    revision: change[6],
    transaction: row.transaction ?? 0,
  })),
  conflicts: row.conflicts,
});

export const progressOfPublishers = (
  row: AppliedRow,
  reused: ReadonlyMap<string, number>,
): readonly PublisherProgress[] =>
  row.publishers.map(([id, received]) => progressOf(id, received, reused.get(id) ?? 0));

/** What had been received of each publisher before. */
const receivedBefore = (publishers: AppliedRow['publishers']): ReadonlyMap<string, SequenceRanges> =>
  new Map(
    publishers.flatMap(([id, , received]) =>
      received === null ? [] : [[id, parseMultirange(received)] as const],
    ),
  );

/**
 * How many sequences of each publisher had been received before, with an event that is new all the same.
 * @param outcomes of the events that are not new
 */
export function reusedSequences(
  events: readonly BatchEvent[],
  outcomes: ReadonlyMap<string, EventOutcome>,
  publishers: AppliedRow['publishers'],
): ReadonlyMap<string, number> {
  const before = receivedBefore(publishers);
  const reused = new Map<string, number>();
  for (const { event } of events) {
    const { publisher_id, sequence } = event;
    if (publisher_id === null || sequence === null || outcomes.has(event.event_id)) continue;
    const received = before.get(publisher_id);
    if (received === undefined || !includesSequence(received, sequence)) continue;
    reused.set(publisher_id, (reused.get(publisher_id) ?? 0) + 1);
  }
  return reused;
}

/** The same for an encoded batch, all of which is new, and no sequence twice. */
export function reusedIn(batch: EncodedBatch, row: AppliedRow): ReadonlyMap<string, number> {
  const before = receivedBefore(row.publishers);
  return new Map(
    batch.publishers.map(({ publisher_id, received }) => [
      publisher_id,
      countShared(received, before.get(publisher_id) ?? []),
    ]),
  );
}

/** The publisher's state as the database holds it; `received` is the text of its multirange. */
export function progressOf(publisherId: string, received: string, reused: number): PublisherProgress {
  const ranges = parseMultirange(received);
  return {
    publisher_id: publisherId,
    low_water: lowWater(ranges),
    highest: highestSequence(ranges),
    missing: missingRanges(ranges),
    reused_sequences: reused,
  };
}
