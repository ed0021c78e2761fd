import type { TaskStatus } from '@taskwire/protocol';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { databaseUnavailable } from './sql-state.ts';

/** A row of task_requests as readers see it. Times are RFC 3339 in UTC with microseconds. */
export interface TaskRequest {
  readonly task_request_id: string;
  readonly task_name: string | null;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly progress: number | null;
  readonly params: Readonly<Record<string, unknown>> | null;
  readonly result: unknown;
  readonly error: string | null;
  readonly error_type: string | null;
  readonly worker_source: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly last_status_update: string;
  readonly rerun_of: string | null;
  /** Workers sent final events that contradict each other. */
  readonly conflict: boolean;
}

export interface TaskFilter {
  readonly status?: TaskStatus;
  readonly task_name?: string;
  readonly worker_source?: string;
  /** The beginning of task_request_id. */
  readonly id_prefix?: string;
}

/** The place after which a page begins: the last row of the page before it. */
export type TaskCursor = Pick<TaskRequest, 'created_at' | 'task_request_id'>;

/** The only reader of task_requests. @throws TaskwireError `database_unavailable` from each function */
export interface TaskRequestRepository {
  get(taskRequestId: string): Promise<TaskRequest | null>;
  /** Newest first; rows that come in while somebody pages appear before the first page and shift nothing. */
  list(
    filter: TaskFilter,
    page: { readonly limit: number; readonly after: TaskCursor | null },
  ): Promise<readonly TaskRequest[]>;
  countByStatus(): Promise<Readonly<Partial<Record<TaskStatus, number>>>>;
}

export function createTaskRequestRepository(database: Database): TaskRequestRepository {
  const getTask = loadStatement('get_task');
  const listTasks = loadStatement('list_tasks');
  const countTasks = loadStatement('count_tasks_by_status');
  const read = async <Row>(...query: Parameters<Database['query']>): Promise<readonly Row[]> => {
    try {
      return await database.query<Row>(...query);
    } catch (error) {
      throw databaseUnavailable(error);
    }
  };
  return {
    get: async (taskRequestId) => (await read<TaskRequest>(getTask, [taskRequestId]))[0] ?? null,
    list: (filter, { limit, after }) =>
      read<TaskRequest>(listTasks, [
        filter.status ?? null,
        filter.task_name ?? null,
        filter.worker_source ?? null,
        filter.id_prefix ?? null,
        after?.created_at ?? null,
        after?.task_request_id ?? null,
        limit,
      ]),
    countByStatus: async () => {
      const rows = await read<{ readonly status: TaskStatus; readonly count: number }>(countTasks);
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    },
  };
}
