import type { DecodeOptions, TaskChange, TaskStatus } from '@taskwire/protocol';
import { progressOf } from './applied-row.ts';
import { plainArray, textArray } from './array-literal.ts';
import { type AuditSource, writeAudit } from './audit-log.ts';
import type { ApplyOptions, Batch, BatchOutcome, EncodedOutcome, PublisherProgress } from './batch.ts';
import {
  type BatchEncoder,
  createBatchEncoder,
  type EncodedBatch,
  type EventPlaces,
} from './batch-encoder.ts';
import { createBatchWriter } from './batch-writer.ts';
import type { Database } from './database.ts';
import { databaseNowMs } from './database-time.ts';
import { loadStatement } from './load-statement.ts';
import type { Language } from './log-message.ts';
import { createOldRecords } from './old-records.ts';
import type { PartitionKind } from './partition-plan.ts';
import { maintainPartitions } from './partitions.ts';
import { createReplay, type EventJudge, type Replay, refuseFailedReplay } from './replay-dead-letters.ts';
import {
  heartbeatParameters,
  reportParameters,
  type StoredHeartbeat,
  statsParameters,
} from './report-parameters.ts';
import { databaseUnavailable, failureKind } from './sql-state.ts';
import type { StatsRow } from './stats-row.ts';
import { createSubmitTask, type TaskSubmission } from './submit-task.ts';

export interface TaskStatusServiceOptions {
  readonly language?: Language;
  readonly retentionDays?: number;
  readonly partitions?: PartitionKind;
  readonly eventBytesMax?: number;
  /** Who is believed when dead letters are replayed: as the listener does. Default: signatures are not looked at. */
  readonly signatures?: EventJudge | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** A submitted task whose queue entry is not confirmed yet. */
export interface TaskDispatch {
  readonly task_request_id: string;
  readonly task_name: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly attempts_max: number;
  /** The trace in which it was submitted. */
  readonly traceparent: string | null;
  /** Anything but PENDING: the queue had it already, or nobody wants it any more. */
  readonly status: TaskStatus;
}

/** The only writer of the store. */
export interface TaskStatusService {
  /**
   * Writes a batch: history, rows, publishers, dead letters. Events that the database refuses are singled out and
   * dead-lettered. Applying a batch again changes nothing.
   * @throws TaskwireError `database_unavailable`: nothing was written, or it is unknown whether it was (a connection
   * lost during COMMIT); hold the batch and apply it again
   */
  apply(batch: Batch, options?: ApplyOptions): Promise<BatchOutcome>;
  /**
   * A batch of usual events, encoded out of their bytes for `applyEncoded`.
   * @returns null where one of them is not usual, or this database is not PostgreSQL: decode them
   */
  encode(events: EventPlaces, limits: DecodeOptions): EncodedBatch | null;
  /**
   * Writes an encoded batch as `apply` would where nothing is wrong with any of it.
   * @throws TaskwireError `database_unavailable`, as `apply`
   */
  applyEncoded(batch: EncodedBatch, options?: ApplyOptions): Promise<EncodedOutcome>;
  /** What the database holds of every publisher heard of in the last `seconds`. */
  publisherProgress(seconds: number): Promise<readonly PublisherProgress[]>;
  /** Also what they say of their publishers. */
  recordHeartbeats(heartbeats: readonly StoredHeartbeat[]): Promise<void>;
  /** What a replica counted, all of it so far: writing it again changes nothing. */
  recordStats(replica: string, rows: readonly StatsRow[]): Promise<void>;
  /**
   * One step of forgetting finished tasks, dead letters and workers that are older than the retention.
   * @returns how many it was; 0 where none is left
   */
  collect(): Promise<number>;
  /** Forgets commits that live updates do not go back to any more; at once where there is nothing to do. */
  trimCommits(): Promise<void>;
  /** Some of the publishers that were closed or fell silent before the retention. */
  oldPublishers(): Promise<readonly string[]>;
  /** @returns how many were forgotten: those among `ids` that have not come back */
  forgetPublishers(ids: readonly string[]): Promise<number>;
  /**
   * Creates and drops parts of the history. Run at start and every few hours, by every replica.
   * @returns why old parts are still there, in words; null where none is
   */
  maintain(): Promise<string | null>;
  /** What the clock of the database says, ms since 1970. */
  databaseNowMs(): Promise<number>;
  /** From when on the history is kept (ms since 1970); older events are refused as expired. */
  earliestMs(): number;
  /**
   * Writes the PENDING row and the wish for a queue entry in one transaction; whoever dispatches confirms it.
   * @throws TaskwireError `task_exists`; `database_unavailable`
   */
  submit(submission: TaskSubmission): Promise<readonly TaskChange[]>;
  /** Submissions that wait for their queue entry, oldest first. */
  pendingDispatches(limit: number): Promise<readonly TaskDispatch[]>;
  confirmDispatches(taskRequestIds: readonly string[]): Promise<void>;
  /** Takes back the wish for a queue entry. @returns whether there was one */
  withdrawDispatch(taskRequestId: string): Promise<boolean>;
  /**
   * Applies a dead letter straight from its table, once, whoever asks and however often.
   * @param by who does so by hand, for the audit log
   * @throws TaskwireError `not_found`; `event_invalid` where the payload still cannot be read or stored
   */
  replayDeadLetter(
    id: number,
    by?: AuditSource,
  ): Promise<{ readonly replayed: boolean; readonly changes: readonly TaskChange[] }>;
  /** The same for many; what cannot be applied is told in the result. */
  replayDeadLetters(ids: readonly number[], by?: AuditSource): Promise<Replay>;
  /**
   * Marks dead letters that nobody replayed as not wanted; they stay until the retention.
   * @returns the ids of those that were open
   */
  discardDeadLetters(ids: readonly number[], by?: AuditSource): Promise<readonly number[]>;
}

const RETENTION_DAYS = 90;
const EVENT_BYTES_MAX = 1_048_576;

/** Readers of live updates who were away for longer load what they show anew. */
const COMMITS_KEPT_S = 300;

export function createTaskStatusService(
  database: Database,
  options: TaskStatusServiceOptions = {},
): TaskStatusService {
  const clock = options.clock ?? Date.now;
  const retentionDays = options.retentionDays ?? RETENTION_DAYS;
  const language = options.language ?? 'en';
  const writer = createBatchWriter(language);
  let encoder: BatchEncoder | null | undefined;
  const statements = {
    recentPublishers: loadStatement('recent_publishers'),
    recordHeartbeats: loadStatement('record_heartbeats'),
    recordPublisherReports: loadStatement('record_publisher_reports'),
    recordStats: loadStatement('record_stats'),
    pendingDispatches: loadStatement('pending_dispatches'),
    confirmDispatches: loadStatement('confirm_dispatches'),
    withdrawDispatch: loadStatement('withdraw_dispatch'),
    discardDeadLetters: loadStatement('discard_dead_letters'),
    trimCommits: loadStatement('trim_commits'),
  };
  const submitTask = createSubmitTask(database, writer);
  const oldRecords = createOldRecords(database, retentionDays, clock);
  // Until the parts are known the database decides: it has no place for what is older.
  let earliestMs = 0;
  const replay = createReplay({
    database,
    writer,
    clock,
    earliestMs: () => earliestMs,
    eventBytesMax: options.eventBytesMax ?? EVENT_BYTES_MAX,
    signatures: options.signatures,
  });

  return {
    earliestMs: () => earliestMs,
    databaseNowMs: () => guarded(() => databaseNowMs(database)),

    apply: async (batch, options = {}) => {
      const wish = { ...options, mayFail: true };
      try {
        return await writer.write(database.writer, batch, wish);
      } catch (error) {
        if (failureKind(error) === 'hold') throw databaseUnavailable(error);
      }
      return guarded(() => writer.writeSplit(database.writer, batch, wish));
    },

    encode: (events, limits) => {
      if (database.kind !== 'postgres') return null;
      if (encoder === undefined) {
        // Where it cannot be made this is thrown once, and then everything is decoded.
        encoder = null;
        encoder = createBatchEncoder(language);
      }
      return encoder?.encode(events, limits) ?? null;
    },
    applyEncoded: async (batch, options = {}) => {
      try {
        return await writer.writeEncoded(database.writer, batch, options);
      } catch (error) {
        if (failureKind(error) === 'data') return { done: false };
        throw databaseUnavailable(error);
      }
    },

    publisherProgress: (seconds) =>
      guarded(async () => {
        const rows = await database.query<{ readonly publisher_id: string; readonly received: string }>(
          statements.recentPublishers,
          [seconds],
        );
        return rows.map((row) => progressOf(row.publisher_id, row.received, 0));
      }),

    recordHeartbeats: async (heartbeats) => {
      if (heartbeats.length === 0) return;
      await guarded(() => database.query(statements.recordHeartbeats, heartbeatParameters(heartbeats)));
      const reports = heartbeats.flatMap((beat) => beat.publishers ?? []);
      if (reports.length === 0) return;
      await guarded(() => database.query(statements.recordPublisherReports, reportParameters(reports)));
    },

    recordStats: async (replica, rows) => {
      if (rows.length === 0) return;
      await guarded(() => database.query(statements.recordStats, [replica, ...statsParameters(rows)]));
    },

    collect: () => guarded(oldRecords.collect),
    trimCommits: async () => {
      await guarded(() => database.query(statements.trimCommits, [COMMITS_KEPT_S]));
    },
    oldPublishers: () => guarded(oldRecords.publishers),
    forgetPublishers: (ids) => guarded(() => oldRecords.forgetPublishers(ids)),

    maintain: () =>
      guarded(async () => {
        const kind = options.partitions ?? 'monthly';
        const nowMs = await databaseNowMs(database);
        const maintained = await maintainPartitions(database, {
          nowMs,
          forgetAtMs: Math.min(nowMs, clock()),
          retentionDays,
          kind,
        });
        earliestMs = maintained.earliestMs;
        return maintained.putOff;
      }),

    submit: (submission) => guarded(() => submitTask(submission)),

    pendingDispatches: (limit) =>
      guarded(() => database.query<TaskDispatch>(statements.pendingDispatches, [limit])),

    confirmDispatches: async (ids) => {
      await guarded(() => database.query(statements.confirmDispatches, [textArray(ids)]));
    },

    withdrawDispatch: (id) =>
      guarded(async () => (await database.query(statements.withdrawDispatch, [id])).length > 0),

    replayDeadLetter: (id, by) =>
      guarded(async () => {
        const done = await replay([id], by);
        refuseFailedReplay(done);
        return { replayed: done.replayed.length > 0, changes: done.changes };
      }),

    replayDeadLetters: (ids, by) => guarded(() => replay(ids, by)),

    discardDeadLetters: (ids, by) =>
      guarded(() =>
        database.transaction(async (transaction) => {
          const rows = await transaction.query<{
            readonly id: number;
            readonly task_request_id: string | null;
          }>(statements.discardDeadLetters, [plainArray(ids)]);
          if (by !== undefined) {
            const entries = rows.map(({ id, task_request_id }) => ({
              target: String(id),
              task_request_id,
              detail: {},
            }));
            await writeAudit(transaction, by, 'discard', entries);
          }
          return rows.map(({ id }) => id);
        }),
      ),
  };
}

/** One way to fail: whatever the database says becomes a TaskwireError. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw databaseUnavailable(error);
  }
}
