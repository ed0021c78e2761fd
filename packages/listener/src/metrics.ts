import { createTaskStats, type TaskStats } from './stats/task-stats.ts';
import type { DeadLetterReason, Lane } from './store/batch.ts';
import type { CountedColumns, CountedEvent } from './store/stats-row.ts';

/** Upper bounds of the commit latency histogram, ms: from the idle 2 ms to what can only be a waiting lock. */
const COMMIT_LATENCY_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 250, 500, 1_000, 2_500, 10_000] as const;

export interface Histogram {
  /** `counts[i]`: values up to `bounds[i]`, not cumulative; one more at the end for all above. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** Everything countable of one listener since it was created; numbers only, safe to publish. */
export interface ListenerMetrics {
  /** Messages taken in from each lane, copies included; of the channel those that had come by no other lane in time. */
  readonly received: Readonly<Partial<Record<Lane, number>>>;
  /** Events new in the history, by the lane that brought them. */
  readonly committed: Readonly<Partial<Record<Lane, number>>>;
  /** Events that the history had already. */
  readonly duplicates: Readonly<Partial<Record<Lane, number>>>;
  readonly dead_letters: Readonly<Partial<Record<DeadLetterReason, number>>>;
  readonly totals: Readonly<Record<Counter, number>>;
  readonly gauges: Readonly<Record<Gauge, number>>;
  readonly commit_latency_ms: Histogram;
}

/** Things that only grow. */
const COUNTERS = [
  /** Alarm: an event_id that came again with other content. */
  'event_ids_reused',
  /** Alarm: a sequence that came again with another event_id. */
  'sequences_reused',
  /** Sequences that stayed missing, and those of them that the publisher sent again. */
  'events_lost',
  'events_recovered',
  /** Alarm: the database held less of a publisher than it had acknowledged. */
  'acks_gone_back',
  /** Changes to tasks whose workers sent final events that contradict each other. */
  'merge_conflicts',
  'batches_held',
  'locks_met',
  /** Entries of the stream and messages of the list, as they were taken over. */
  'entries_claimed',
  /** Events. */
  'entries_left',
  'settle_failures',
  'channel_copies_dropped',
  'part_restarts',
  'groups_created',
  'corrections',
  /** Records that were older than the retention, and are forgotten. */
  'records_collected',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Things that are so many right now. */
const GAUGES = [
  'open_holes',
  'publishers_with_holes',
  'stream_length',
  'stream_oldest_ms',
  'queue_length',
  /** In shards that are none any more, and that nobody reads. */
  'entries_left_behind',
  'channel_copies_held',
  'clock_skew_ms_max',
  /** Between this process and the database. */
  'database_clock_skew_ms',
  'outbox_depth',
  'oldest_unacknowledged_ms_max',
  'workers_alive',
  'leader',
] as const;
export type Gauge = (typeof GAUGES)[number];

export interface MetricsRecorder {
  received(lane: Lane, count: number): void;
  /** @param committedAtMs ms since 1970 */
  committed(lane: Lane, event: CountedEvent, committedAtMs: number): void;
  committedColumns(lane: Lane, columns: CountedColumns, committedAtMs: number): void;
  duplicate(lane: Lane): void;
  deadLetter(reason: DeadLetterReason): void;
  add(counter: Counter, count?: number): void;
  set(gauge: Gauge, value: number): void;
  commitTook(ms: number): void;
  read(): ListenerMetrics;
}

/** @param stats counts the same by time */
export function createMetrics(stats: TaskStats = createTaskStats()): MetricsRecorder {
  const received: Partial<Record<Lane, number>> = {};
  const committed: Partial<Record<Lane, number>> = {};
  const duplicates: Partial<Record<Lane, number>> = {};
  const deadLetters: Partial<Record<DeadLetterReason, number>> = {};
  const totals = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<Counter, number>;
  const gauges = Object.fromEntries(GAUGES.map((name) => [name, 0])) as Record<Gauge, number>;
  const counts = Array.from({ length: COMMIT_LATENCY_BOUNDS_MS.length + 1 }, () => 0);
  let sum = 0;
  let count = 0;

  return {
    received: (lane, amount) => increase(received, lane, amount),
    committed: (lane, event, committedAtMs) => {
      increase(committed, lane, 1);
      stats.event(event, committedAtMs);
    },
    committedColumns: (lane, columns, committedAtMs) => {
      increase(committed, lane, columns.statuses.length);
      stats.events(columns, committedAtMs);
    },
    duplicate: (lane) => increase(duplicates, lane, 1),
    deadLetter: (reason) => {
      increase(deadLetters, reason, 1);
      stats.deadLetter();
    },
    add: (counter, amount = 1) => {
      totals[counter] += amount;
    },
    set: (gauge, value) => {
      gauges[gauge] = value;
    },
    commitTook: (ms) => {
      const found = COMMIT_LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
      const index = found === -1 ? COMMIT_LATENCY_BOUNDS_MS.length : found;
      counts[index] = (counts[index] ?? 0) + 1;
      sum += ms;
      count++;
      stats.commitTook(ms);
    },
    read: () => ({
      received: { ...received },
      committed: { ...committed },
      duplicates: { ...duplicates },
      dead_letters: { ...deadLetters },
      totals: { ...totals },
      gauges: { ...gauges },
      commit_latency_ms: { bounds: COMMIT_LATENCY_BOUNDS_MS, counts: [...counts], sum, count },
    }),
  };
}

function increase<Key extends string>(
  counters: Partial<Record<Key, number>>,
  key: Key,
  amount: number,
): void {
  counters[key] = (counters[key] ?? 0) + amount;
}
