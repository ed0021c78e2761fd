import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { databaseUnavailable } from './sql-state.ts';

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
}

export function createWorkerRepository(database: Database): WorkerRepository {
  const listWorkers = loadStatement('list_workers');
  return {
    list: async (limit) => {
      try {
        return await database.query<WorkerRecord>(listWorkers, [limit]);
      } catch (error) {
        throw databaseUnavailable(error);
      }
    },
  };
}
