import type { TaskStatus } from '@taskwire/protocol';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { createReader } from './read-rows.ts';

/** A task in a non-final status, of which nothing was heard for a while. */
export interface SilentTask {
  readonly task_request_id: string;
  readonly task_name: string | null;
  readonly status: Extract<TaskStatus, 'PENDING' | 'RUNNING' | 'RETRY'>;
  readonly attempt: number;
  /** Whether the producer of the event that decides the row counts attempts (false: version 0). */
  readonly counts_attempts: boolean;
  /** The container that sent that event. */
  readonly worker_source: string;
  /** Microseconds since 1970. */
  readonly last_status_update_us: number;
  /** Since the last event of any kind, by the database's clock alone. */
  readonly silent_ms: number;
}

/** What the reconciler looks at. */
export interface SilentTaskRepository {
  /**
   * Tasks in a non-final status that were silent for `silentMs` at least, by task_request_id, beginning behind `after`.
   * @throws TaskwireError `database_unavailable`
   */
  find(silentMs: number, after: string | null, limit: number): Promise<readonly SilentTask[]>;
}

export function createSilentTaskRepository(database: Pick<Database, 'query'>): SilentTaskRepository {
  const findSilentTasks = loadStatement('find_silent_tasks');
  const read = createReader(database);
  return {
    find: (silentMs, after, limit) => read<SilentTask>(findSilentTasks, [silentMs, after, limit]),
  };
}
