export const TASK_STATUSES = ['PENDING', 'RUNNING', 'RETRY', 'SUCCESS', 'FAILURE', 'CANCELLED'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export type JsonObject = Readonly<Record<string, unknown>>;

/** As lists show it. */
export interface TaskSummary {
  readonly task_request_id: string;
  readonly task_name: string | null;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly progress: number | null;
  /** In a list its beginning. */
  readonly error: string | null;
  readonly error_type: string | null;
  readonly worker_source: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly last_status_update: string;
  readonly rerun_of: string | null;
  readonly conflict: boolean;
  readonly revision: number;
}

export interface Task extends TaskSummary {
  readonly params: JsonObject | null;
  readonly result: unknown;
}

export interface TaskLog {
  readonly event_id: string;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly message: string;
  readonly worker_source: string;
  readonly data: JsonObject;
  readonly event_time: string;
  readonly received_at: string;
  readonly applied: boolean;
  readonly progress: number | null;
  readonly source: string | null;
  readonly lane: string;
  readonly publisher_id: string | null;
  readonly sequence: number | null;
}

export interface TaskWithHistory extends Task {
  readonly history: readonly TaskLog[];
  readonly reruns?: readonly string[];
  readonly conflicting?: readonly TaskLog[];
}

/** What is announced of a task after a commit: its state, not a difference. */
export interface TaskChange {
  readonly task_request_id: string;
  readonly status: TaskStatus;
  readonly task_name: string | null;
  readonly attempt: number;
  readonly progress: number | null;
  readonly last_status_update: string;
  /** Of two states of a task, of an answer or of the stream, the one with the greater is the newer. */
  readonly revision: number;
}

export interface TaskPage {
  readonly tasks: readonly TaskSummary[];
  readonly next_cursor: string | null;
}

export interface TaskName {
  readonly task_name: string;
  readonly tasks: number;
  readonly runnable: boolean;
  readonly example_params: JsonObject | null;
}

export interface CancelAnswer {
  readonly outcome: 'cancelled' | 'requested' | 'already_final';
  readonly detail: string;
}

export const isFinal = (status: TaskStatus): boolean =>
  status === 'SUCCESS' || status === 'FAILURE' || status === 'CANCELLED';

export const taskPath = (id: string): string => `api/v1/tasks/${encodeURIComponent(id)}`;
