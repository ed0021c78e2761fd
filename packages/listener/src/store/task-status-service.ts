import {
  type DecodeOptions,
  decodeEvent,
  highestSequence,
  includesSequence,
  lowWater,
  messageOf,
  missingRanges,
  type TaskChange,
  TaskwireError,
  type WorkerHeartbeat,
} from '@taskwire/protocol';
import { plainArray, textArray } from './array-literal.ts';
import type {
  Batch,
  BatchEvent,
  BatchOutcome,
  DeadLetter,
  EventOutcome,
  PublisherProgress,
} from './batch.ts';
import { type PreparedBatch, prepareBatch } from './batch-parameters.ts';
import type { Database, Queryable } from './database.ts';
import { loadStatement } from './load-statement.ts';
import type { Language } from './log-message.ts';
import { parseMultirange } from './multirange.ts';
import type { PartitionKind } from './partition-plan.ts';
import { maintainPartitions } from './partitions.ts';
import { databaseUnavailable, failureKind, sqlStateOf } from './sql-state.ts';

export interface TaskStatusServiceOptions {
  readonly language?: Language;
  readonly retentionDays?: number;
  readonly partitions?: PartitionKind;
  readonly eventBytesMax?: number;
  readonly clock?: () => number;
}

/** The only writer of the store. */
export interface TaskStatusService {
  /**
   * Writes a batch in one transaction: history, rows, publishers, dead letters. Events that the database refuses are
   * singled out and dead-lettered in the same transaction. Applying a batch again changes nothing.
   * @throws TaskwireError `database_unavailable`: nothing was written, or it is unknown whether it was (a connection
   * lost during COMMIT); hold the batch and apply it again
   */
  apply(batch: Batch): Promise<BatchOutcome>;
  /** What the database holds of every publisher heard of in the last `seconds`. */
  publisherProgress(seconds: number): Promise<readonly PublisherProgress[]>;
  recordHeartbeats(heartbeats: readonly StoredHeartbeat[]): Promise<void>;
  /** Creates and drops parts of the history. Run at start and every few hours. */
  maintain(): Promise<void>;
  /** From when on the history is kept (ms since 1970); older events are refused as expired. */
  earliestMs(): number;
  /**
   * Applies a dead letter straight from its table, once, whoever asks and however often.
   * @throws TaskwireError `not_found`; `event_invalid` where the payload still cannot be read
   */
  replayDeadLetter(
    id: number,
  ): Promise<{ readonly replayed: boolean; readonly changes: readonly TaskChange[] }>;
}

export type StoredHeartbeat = WorkerHeartbeat & { readonly stopped?: boolean };

interface AppliedRow {
  readonly inserted: number;
  readonly inserted_ids: readonly string[] | null;
  readonly changes: readonly [
    task_request_id: string,
    status: string,
    task_name: string | null,
    attempt: number,
    progress: number | null,
    last_status_update: string,
  ][];
  readonly publishers: readonly [publisher_id: string, received: string, before: string | null][];
}

const RETENTION_DAYS = 90;
const EVENT_BYTES_MAX = 1_048_576;

export function createTaskStatusService(
  database: Database,
  options: TaskStatusServiceOptions = {},
): TaskStatusService {
  const language = options.language ?? 'en';
  const clock = options.clock ?? Date.now;
  const statements = {
    apply: loadStatement('apply_batch'),
    readEvents: loadStatement('read_events'),
    recentPublishers: loadStatement('recent_publishers'),
    recordHeartbeats: loadStatement('record_heartbeats'),
    lockDeadLetter: loadStatement('lock_dead_letter'),
    markReplayed: loadStatement('mark_dead_letter_replayed'),
  };
  let earliestMs = clock() - (options.retentionDays ?? RETENTION_DAYS) * 86_400_000;

  return {
    apply: async (batch) => {
      const prepared = prepareBatch(batch, language);
      try {
        return await applyPrepared(database, batch, prepared);
      } catch (error) {
        if (failureKind(error) === 'hold') throw databaseUnavailable(error);
      }
      try {
        return await database.transaction((transaction) => applySplit(transaction, batch));
      } catch (error) {
        throw databaseUnavailable(error);
      }
    },
    publisherProgress: async (seconds) => {
      const rows = await database.query<{ publisher_id: string; received: string }>(
        statements.recentPublishers,
        [seconds],
      );
      return rows.map((row) => progressOf(row.publisher_id, row.received, 0));
    },
    recordHeartbeats: async (heartbeats) => {
      if (heartbeats.length === 0) return;
      const sorted = heartbeats.toSorted((a, b) => (a.worker_id < b.worker_id ? -1 : 1));
      await database.query(statements.recordHeartbeats, [
        textArray(sorted.map((beat) => beat.worker_id)),
        textArray(sorted.map((beat) => beat.worker_container)),
        textArray(sorted.map((beat) => beat.publisher_id)),
        plainArray(sorted.map((beat) => beat.pid)),
        textArray(sorted.map((beat) => beat.started_at)),
        plainArray(sorted.map((beat) => beat.at_ms)),
        plainArray(sorted.map((beat) => beat.clock_skew_ms)),
        textArray(sorted.map((beat) => JSON.stringify(beat.running))),
        plainArray(sorted.map((beat) => beat.outbox_depth)),
        plainArray(sorted.map((beat) => beat.oldest_unacknowledged_ms)),
        plainArray(sorted.map((beat) => beat.stopped ?? false)),
      ]);
    },
    maintain: async () => {
      earliestMs = await maintainPartitions(database, {
        nowMs: clock(),
        retentionDays: options.retentionDays ?? RETENTION_DAYS,
        kind: options.partitions ?? 'monthly',
      });
    },
    earliestMs: () => earliestMs,
    replayDeadLetter: (id) =>
      database.transaction(async (transaction) => {
        const [letter] = await transaction.query<{ payload: string; replayed_at: unknown }>(
          statements.lockDeadLetter,
          [id],
        );
        if (letter === undefined) throw new TaskwireError('not_found', `There is no dead letter ${id}`);
        if (letter.replayed_at !== null) return { replayed: false, changes: [] };
        const decodeOptions: DecodeOptions = {
          nowMs: clock(),
          earliestMs,
          eventBytesMax: options.eventBytesMax ?? EVENT_BYTES_MAX,
        };
        const decoded = decodeEvent(Buffer.from(letter.payload), decodeOptions);
        if (!decoded.ok) {
          throw new TaskwireError(
            'event_invalid',
            `Dead letter ${id} still cannot be applied: ${decoded.detail}`,
          );
        }
        const batch: Batch = {
          events: [{ event: decoded.event, lane: 'replay', payload: letter.payload }],
          deadLetters: [],
        };
        const outcome = await applyPrepared(transaction, batch, prepareBatch(batch, language));
        await transaction.query(statements.markReplayed, [id]);
        return { replayed: true, changes: outcome.changes };
      }),
  };

  /**
   * As a rule one statement. Where the history holds some of the events already, only copies of those may change rows:
   * ids that were used again with other content are left out, and the rest is written by a second call. Until that has
   * committed nothing is acknowledged, so a crash in between is mended by the redelivery.
   */
  async function applyPrepared(
    queryable: Queryable,
    batch: Batch,
    prepared: PreparedBatch,
  ): Promise<BatchOutcome> {
    const row = await write(queryable, prepared, false);
    if (row.inserted === prepared.events.length) return outcomeOf(batch, prepared, row, new Map());
    const present = await presentEvents(queryable, prepared, new Set(row.inserted_ids));
    const reused = batch.events.filter((item) => present.get(item.event.event_id) === 'id_reused');
    const same = batch.events.filter((item) => !reused.includes(item));
    const rest = { events: same, deadLetters: [...batch.deadLetters, ...reused.map(eventIdReused)] };
    const verified = await write(queryable, prepareBatch(rest, language), true);
    return outcomeOf(batch, prepared, verified, present);
  }

  async function write(
    queryable: Queryable,
    prepared: PreparedBatch,
    verified: boolean,
  ): Promise<AppliedRow> {
    const [row] = await queryable.query<AppliedRow>(statements.apply, [...prepared.parameters, verified]);
    if (row === undefined)
      throw new TaskwireError('database_unavailable', 'The batch statement returned no row');
    return row;
  }

  async function presentEvents(
    queryable: Queryable,
    prepared: PreparedBatch,
    inserted: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, EventOutcome>> {
    const present = prepared.events.filter(({ event }) => !inserted.has(event.event_id));
    const rows = await queryable.query<StoredEvent>(statements.readEvents, [
      plainArray(present.map(({ event }) => event.event_id)),
    ]);
    const stored = new Map(rows.map((row) => [row.event_id, row]));
    return new Map(
      present.map((item) => [item.event.event_id, copyOrReuse(item, stored.get(item.event.event_id))]),
    );
  }

  /**
   * The slow path after a data error: each half in a savepoint, halved again where it fails, until the events that the
   * database refuses are alone. They become dead letters; everything commits together.
   */
  async function applySplit(transaction: Queryable, batch: Batch): Promise<BatchOutcome> {
    const [middle, single] = [Math.ceil(batch.events.length / 2), batch.events[0]];
    if (single === undefined) return applyPrepared(transaction, batch, prepareBatch(batch, language));
    try {
      await transaction.query({ name: 'savepoint', sql: 'SAVEPOINT batch' });
      const outcome = await applyPrepared(transaction, batch, prepareBatch(batch, language));
      await transaction.query({ name: 'release_savepoint', sql: 'RELEASE SAVEPOINT batch' });
      return outcome;
    } catch (error) {
      if (failureKind(error) === 'hold') throw error;
      await transaction.query({ name: 'rollback_savepoint', sql: 'ROLLBACK TO SAVEPOINT batch' });
      if (batch.events.length === 1) {
        const letters = { events: [], deadLetters: [...batch.deadLetters, refusedByDatabase(single, error)] };
        return { ...(await applySplit(transaction, letters)), outcomes: ['dead_lettered'] };
      }
    }
    const first = await applySplit(transaction, {
      events: batch.events.slice(0, middle),
      deadLetters: batch.deadLetters,
    });
    const second = await applySplit(transaction, { events: batch.events.slice(middle), deadLetters: [] });
    return joinOutcomes(first, second);
  }
}

function outcomeOf(
  batch: Batch,
  prepared: PreparedBatch,
  row: AppliedRow,
  present: ReadonlyMap<string, EventOutcome>,
): BatchOutcome {
  return {
    outcomes: batch.events.map(({ event }) => present.get(event.event_id) ?? 'inserted'),
    changes: row.changes.map(
      ([task_request_id, status, task_name, attempt, progress, last_status_update]) => ({
        task_request_id,
        status,
        task_name,
        attempt,
        progress,
        last_status_update,
      }),
    ),
    publishers: row.publishers.map(([id, received, before]) =>
      progressOf(id, received, before === null ? 0 : reusedSequences(prepared, present, id, before)),
    ),
    deadLettered: batch.deadLetters.length,
  };
}

interface StoredEvent {
  readonly event_id: string;
  readonly task_request_id: string;
  readonly status: string;
  readonly event_time_us: string;
}

function copyOrReuse({ event }: BatchEvent, stored: StoredEvent | undefined): EventOutcome {
  if (stored === undefined) return 'duplicate';
  const same =
    stored.task_request_id === event.task_request_id &&
    stored.status === event.status &&
    Number(stored.event_time_us) === event.event_time_us;
  return same ? 'duplicate' : 'id_reused';
}

/** Sequences of the batch that had been received before, with an event that is new all the same. */
function reusedSequences(
  prepared: PreparedBatch,
  outcomes: ReadonlyMap<string, EventOutcome>,
  publisherId: string,
  before: string,
): number {
  const received = parseMultirange(before);
  return prepared.events.filter(
    ({ event }) =>
      event.publisher_id === publisherId &&
      event.sequence !== null &&
      !outcomes.has(event.event_id) &&
      includesSequence(received, event.sequence),
  ).length;
}

function progressOf(publisherId: string, received: string, reused: number): PublisherProgress {
  const ranges = parseMultirange(received);
  return {
    publisher_id: publisherId,
    low_water: lowWater(ranges),
    highest: highestSequence(ranges),
    missing: missingRanges(ranges),
    reused_sequences: reused,
  };
}

function eventIdReused(item: BatchEvent): DeadLetter {
  const detail = `event_id ${item.event.event_id} is in the history already, with other content`;
  return deadLetter(item, 'event_id_reused', detail);
}

/** Why the database said no is what an operator needs to see; the SQLSTATE is what to search for. */
function refusedByDatabase(item: BatchEvent, error: unknown): DeadLetter {
  // 23514 from the partitioned table itself: no part of the history covers the event's time any more.
  const expired = sqlStateOf(error) === '23514' && /no partition of relation/.test(messageOf(error));
  const detail = `${messageOf(error)} (SQLSTATE ${sqlStateOf(error) ?? 'unknown'})`;
  return deadLetter(item, expired ? 'expired' : 'refused_by_database', detail);
}

function deadLetter(
  { event, lane, payload }: BatchEvent,
  reason: DeadLetterReason,
  detail: string,
): DeadLetter {
  return {
    lane,
    reason,
    detail,
    payload,
    payload_bytes: Buffer.byteLength(payload),
    task_request_id: event.task_request_id,
    publisher_id: event.publisher_id,
    sequence: event.sequence,
  };
}

function joinOutcomes(first: BatchOutcome, second: BatchOutcome): BatchOutcome {
  const newest = new Map(
    [...first.publishers, ...second.publishers].map((item) => [item.publisher_id, item]),
  );
  return {
    outcomes: [...first.outcomes, ...second.outcomes],
    changes: [...first.changes, ...second.changes],
    publishers: [...newest.values()],
    deadLettered: first.deadLettered + second.deadLettered,
  };
}
