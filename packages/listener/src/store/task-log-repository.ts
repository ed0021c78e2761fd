import type { TaskStatus } from '@taskwire/protocol';
import type { Lane } from './batch.ts';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { createReader } from './read-rows.ts';

/** One event of the history. Times are RFC 3339 in UTC with microseconds. */
export interface TaskLog {
  readonly event_id: string;
  readonly task_request_id: string;
  readonly status: TaskStatus;
  /** 0 where the producer counts no attempts. */
  readonly attempt: number;
  readonly message: string;
  readonly task_name: string | null;
  readonly worker_source: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly event_time: string;
  readonly received_at: string;
  /** Whether it changed the row when it came. */
  readonly applied: boolean;
  readonly progress: number | null;
  readonly source: 'reconciler' | null;
  readonly lane: Lane;
  readonly publisher_id: string | null;
  readonly sequence: number | null;
}

/** The only reader of task_logs. */
export interface TaskLogRepository {
  /**
   * The history of a task in the order of its time; where there is more, the oldest progress is left out.
   * @throws TaskwireError `database_unavailable`
   */
  history(taskRequestId: string, limit: number): Promise<readonly TaskLog[]>;
}

export function createTaskLogRepository(database: Database): TaskLogRepository {
  const taskHistory = loadStatement('task_history');
  const read = createReader(database);
  return { history: (taskRequestId, limit) => read<TaskLog>(taskHistory, [taskRequestId, limit]) };
}
