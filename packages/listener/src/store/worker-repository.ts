import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { createReader } from './read-rows.ts';

/** A worker by its last heartbeat. Times are RFC 3339 in UTC with microseconds, by Redis' clock. */
export interface WorkerRecord {
  readonly worker_id: string;
  readonly worker_container: string;
  readonly publisher_id: string | null;
  readonly pid: number;
  readonly started_at: string;
  readonly heartbeat_at: string;
  /** Worker clock minus Redis clock, ms. */
  readonly clock_skew_ms: number;
  /** task_request_ids. */
  readonly running: readonly string[];
  /** Unacknowledged events in its outbox, and the age of the oldest, ms. */
  readonly outbox_depth: number;
  readonly oldest_unacknowledged_ms: number;
  /** When it said that it stops; null for one that runs, or died without a word. */
  readonly stopped_at: string | null;
}

/** The only reader of task_workers. */
export interface WorkerRepository {
  /** Newest heartbeat first. @throws TaskwireError `database_unavailable` */
  list(limit: number): Promise<readonly WorkerRecord[]>;
  /** How many were heard of lately and did not say that they stop. @throws TaskwireError `database_unavailable` */
  countAlive(): Promise<number>;
}

/** A worker counts as alive until it was silent for so long. */
export const WORKER_ALIVE_MS = 30_000;

export function createWorkerRepository(database: Database): WorkerRepository {
  const listWorkers = loadStatement('list_workers');
  const countAlive = loadStatement('count_workers_alive');
  const read = createReader(database);
  return {
    list: (limit) => read<WorkerRecord>(listWorkers, [limit]),
    countAlive: async () =>
      (await read<{ readonly count: number }>(countAlive, [WORKER_ALIVE_MS]))[0]?.count ?? 0,
  };
}
