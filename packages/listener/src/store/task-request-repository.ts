import type { TaskStatus } from '@taskwire/protocol';
import type { Database } from './database.ts';
import {
  createTaskListStatements,
  listParameters,
  planOf,
  type TaskFilter,
  type TaskPage,
  type TaskPlace,
  WALK_ROWS_MAX,
} from './list-tasks.ts';
import { loadStatement } from './load-statement.ts';
import { createReader } from './read-rows.ts';

/** A row of task_requests in a list. Times are RFC 3339 in UTC with microseconds. */
export interface TaskSummary {
  readonly task_request_id: string;
  readonly task_name: string | null;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly progress: number | null;
  /** Its first 2,000 characters. */
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
  /** Grows with each change of the row; the same number as in announcements and live updates. */
  readonly revision: number;
}

/** A row of task_requests, with all that may be large. */
export interface TaskRequest extends TaskSummary {
  readonly params: Readonly<Record<string, unknown>> | null;
  readonly result: unknown;
  /** All of it. */
  readonly error: string | null;
}

export interface TaskList {
  /** A hundred results of a megabyte are no list: a page has none. */
  readonly tasks: readonly TaskSummary[];
  /**
   * The place up to which was searched, where that is not everything: a page may be short, or empty, and the next one
   * not. Null where the page is full or nothing is left.
   */
  readonly searched_to: TaskPlace | null;
}

/** The only reader of task_requests. @throws TaskwireError `database_unavailable` from each function */
export interface TaskRequestRepository {
  get(taskRequestId: string): Promise<TaskRequest | null>;
  /** A page looks at a bounded number of rows where it goes by created_at; see {@link TaskList.searched_to}. */
  list(filter: TaskFilter, page: TaskPage): Promise<TaskList>;
  /** The ids of the tasks that run this one again, oldest first. */
  reruns(taskRequestId: string, limit: number): Promise<readonly string[]>;
  countByStatus(): Promise<Readonly<Partial<Record<TaskStatus, number>>>>;
  /** How many tasks there are of each name. */
  countByName(): Promise<ReadonlyMap<string, number>>;
}

/** @param walkRowsMax as many rows a page looks at where it goes by created_at */
export function createTaskRequestRepository(
  database: Pick<Database, 'query'>,
  walkRowsMax = WALK_ROWS_MAX,
): TaskRequestRepository {
  const getTask = loadStatement('get_task');
  const listStatement = createTaskListStatements();
  const taskReruns = loadStatement('task_reruns');
  const countTasks = loadStatement('count_tasks_by_status');
  const countNames = loadStatement('count_tasks_by_name');
  const read = createReader(database);
  return {
    get: async (taskRequestId) => (await read<TaskRequest>(getTask, [taskRequestId]))[0] ?? null,
    list: async (filter, page) => {
      const plan = planOf(filter, page.sort);
      const [row] = await read<ListedRow>(
        listStatement(plan, page.sort),
        listParameters(filter, page, plan, walkRowsMax),
      );
      const [at, task_request_id] = row?.searched_to ?? [];
      const isCut = at !== undefined && task_request_id !== undefined;
      return { tasks: row?.tasks ?? [], searched_to: isCut ? { at, task_request_id } : null };
    },
    reruns: async (taskRequestId, limit) => {
      const rows = await read<{ readonly task_request_id: string }>(taskReruns, [taskRequestId, limit]);
      return rows.map(({ task_request_id }) => task_request_id);
    },
    countByStatus: async () => {
      const rows = await read<{ readonly status: TaskStatus; readonly count: number }>(countTasks);
      return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    },
    countByName: async () => {
      const rows = await read<{ readonly task_name: string; readonly tasks: number }>(countNames);
      return new Map(rows.map(({ task_name, tasks }) => [task_name, tasks]));
    },
  };
}

/** The row of walk_tasks.sql and scan_tasks.sql. */
interface ListedRow {
  readonly tasks: readonly TaskSummary[];
  readonly searched_to: readonly [created_at: string, task_request_id: string] | null;
}
