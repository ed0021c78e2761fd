import { TASK_STATUSES } from '@taskwire/protocol';
import { type CountedColumns, type CountedEvent, STATS_WIDTHS_S, type StatsRow } from '../store/stats-row.ts';
import { countIn, latencyBucket } from './latency-histogram.ts';

/**
 * Counts what was committed, by time: the source of figures over time. Counting is all that it adds to the way of an
 * event; a loop of its own brings the sums into the database.
 */
export interface TaskStats {
  /** An event that is new in the history. @param committedAtMs ms since 1970 */
  event(event: CountedEvent, committedAtMs: number): void;
  /** Many of them, which nothing is made of. */
  events(columns: CountedColumns, committedAtMs: number): void;
  deadLetter(): void;
  /** How long the database took for one batch. */
  commitTook(ms: number): void;
  /** The sums that changed since they were last written; each of all that was counted in its time so far. */
  pending(): readonly StatsRow[];
  /** Those are in the database now. */
  written(rows: readonly StatsRow[]): void;
}

interface Bucket {
  readonly width_s: number;
  readonly at_ms: number;
  readonly by_status: number[];
  dead_letters: number;
  readonly commit_latency: number[];
  readonly delivery_latency: number[];
  readonly run_duration: number[];
  /** How often anything was counted, and how often when it was last written. */
  changes: number;
  changesWritten: number;
}

/** Sums are kept so long after they were written: a clock that is set back adds to them instead of beginning anew. */
const KEPT_MS = 3_600_000;

const STATUS_INDEX = new Map(TASK_STATUSES.map((status, index) => [status, index]));

/** @param clock ms since 1970 */
export function createTaskStats(clock: () => number = Date.now): TaskStats {
  const buckets = new Map<string, Bucket>();
  /** Which state of which bucket a row was made of. */
  const snapshots = new WeakMap<StatsRow, { readonly bucket: Bucket; readonly changes: number }>();
  let current: readonly Bucket[] = [];
  let currentUntilMs = Number.NEGATIVE_INFINITY;

  const open = (width_s: number, nowMs: number): Bucket => {
    const at_ms = Math.floor(nowMs / (width_s * 1000)) * width_s * 1000;
    const key = keyOf({ width_s, at_ms });
    const known = buckets.get(key);
    if (known !== undefined) return known;
    const bucket: Bucket = {
      width_s,
      at_ms,
      by_status: TASK_STATUSES.map(() => 0),
      dead_letters: 0,
      commit_latency: [],
      delivery_latency: [],
      run_duration: [],
      changes: 0,
      changesWritten: 0,
    };
    buckets.set(key, bucket);
    return bucket;
  };
  /** The buckets of now, one of each width; found anew only when the narrowest is over, or the clock went back. */
  const bucketsAt = (nowMs: number): readonly Bucket[] => {
    const narrowMs = STATS_WIDTHS_S[0] * 1000;
    if (nowMs >= currentUntilMs || nowMs < currentUntilMs - narrowMs) {
      current = STATS_WIDTHS_S.map((width) => open(width, nowMs));
      currentUntilMs = (Math.floor(nowMs / narrowMs) + 1) * narrowMs;
    }
    return current;
  };

  return {
    event: ({ status, event_time_us, data, source }, committedAtMs) => {
      const { execution_time } = data;
      count(
        bucketsAt(committedAtMs),
        STATUS_INDEX.get(status) ?? 0,
        source === null ? latencyBucket(committedAtMs - event_time_us / 1000) : NONE,
        execution_time === null ? NONE : latencyBucket(execution_time * 1000),
      );
    },
    events: ({ statuses, event_times_us, execution_times_s }, committedAtMs) => {
      const into = bucketsAt(committedAtMs);
      for (let i = 0; i < statuses.length; i++) {
        const seconds = execution_times_s[i] as number;
        count(
          into,
          statuses[i] as number,
          latencyBucket(committedAtMs - (event_times_us[i] as number) / 1000),
          Number.isNaN(seconds) ? NONE : latencyBucket(seconds * 1000),
        );
      }
    },
    deadLetter: () => {
      for (const bucket of bucketsAt(clock())) {
        bucket.dead_letters++;
        bucket.changes++;
      }
    },
    commitTook: (ms) => {
      for (const bucket of bucketsAt(clock())) {
        countIn(bucket.commit_latency, latencyBucket(ms));
        bucket.changes++;
      }
    },
    pending: () =>
      [...buckets.values()]
        .filter(({ changes, changesWritten }) => changes !== changesWritten)
        .map((bucket) => {
          const { changes, changesWritten, ...row } = structuredClone(bucket);
          snapshots.set(row, { bucket, changes });
          return row;
        }),
    written: (rows) => {
      for (const row of rows) {
        const snapshot = snapshots.get(row);
        if (snapshot !== undefined) snapshot.bucket.changesWritten = snapshot.changes;
      }
      const oldMs = clock() - KEPT_MS;
      for (const [key, bucket] of buckets) {
        if (bucket.at_ms < oldMs && bucket.changes === bucket.changesWritten) buckets.delete(key);
      }
      // What is counted next must not go into one that is forgotten.
      currentUntilMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** In no bucket of this histogram. */
const NONE = -1;

function count(into: readonly Bucket[], status: number, delivery: number, run: number): void {
  for (let i = 0; i < into.length; i++) {
    const bucket = into[i] as Bucket;
    bucket.by_status[status] = (bucket.by_status[status] ?? 0) + 1;
    if (delivery !== NONE) countIn(bucket.delivery_latency, delivery);
    if (run !== NONE) countIn(bucket.run_duration, run);
    bucket.changes++;
  }
}

const keyOf = ({ width_s, at_ms }: Pick<Bucket, 'width_s' | 'at_ms'>): string => `${width_s}:${at_ms}`;
