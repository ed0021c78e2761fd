import type { TaskEvent } from '@taskwire/protocol';

/** The widths that figures are kept in, s: narrow ones for a day, wide ones for a month. */
export const STATS_WIDTHS_S = [10, 300] as const;

/** What one replica counted in one span of time, all of it so far: writing it again changes nothing. */
export interface StatsRow {
  readonly width_s: number;
  /** Its begin, ms since 1970; a multiple of its width. */
  readonly at_ms: number;
  /** How many events of each status, in the order of TASK_STATUSES. */
  readonly by_status: readonly number[];
  readonly dead_letters: number;
  /** Histograms: how many in each bucket. */
  readonly commit_latency: readonly number[];
  readonly delivery_latency: readonly number[];
  readonly run_duration: readonly number[];
}

/** What is counted of an event. */
export type CountedEvent = Pick<TaskEvent, 'status' | 'event_time_us' | 'source'> & {
  readonly data: Pick<TaskEvent['data'], 'execution_time'>;
};

/** The same of many events that workers sent, in columns. */
export interface CountedColumns {
  /** Their places in TASK_STATUSES. */
  readonly statuses: Uint8Array;
  /** µs since 1970. */
  readonly event_times_us: Float64Array;
  /** s; NaN where an event has none. */
  readonly execution_times_s: Float64Array;
}
