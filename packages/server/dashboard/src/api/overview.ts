import type { TaskStatus } from './task.ts';

export interface Stats {
  readonly tasks: Readonly<Record<TaskStatus, number>>;
  readonly lag_ms?: number | null;
  readonly open_tasks?: number;
  readonly dead_letters_open?: number;
  readonly workers_alive?: number;
  readonly open_holes?: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface SeriesPoint {
  readonly at: string;
  readonly events: number;
  readonly by_status: Readonly<Partial<Record<TaskStatus, number>>>;
  readonly failures: number;
  readonly dead_letters: number;
  readonly commit_latency_ms: Percentiles | null;
  readonly delivery_latency_ms: Percentiles | null;
  readonly run_duration_ms: Percentiles | null;
}

export interface Series {
  readonly step_s: number;
  readonly from: string;
  readonly to: string;
  readonly points: readonly SeriesPoint[];
}

export interface Worker {
  readonly worker_id: string;
  readonly worker_container: string;
  readonly publisher_id: string | null;
  readonly pid: number;
  readonly started_at: string;
  readonly heartbeat_at: string;
  readonly clock_skew_ms: number;
  readonly running: readonly string[];
  readonly outbox_depth: number;
  readonly oldest_unacknowledged_ms: number;
  readonly stopped_at: string | null;
}

export interface Publisher {
  readonly publisher_id: string;
  readonly worker_container: string | null;
  readonly low_water: number;
  readonly highest: number;
  readonly missing: readonly (readonly [number, number])[];
  readonly missing_count: number;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
  readonly closed_at: string | null;
  readonly last_sequence: number | null;
  readonly outbox_depth: number | null;
}

export interface PublisherPage {
  readonly publishers: readonly Publisher[];
  readonly next_cursor: string | null;
}
