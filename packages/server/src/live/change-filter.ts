import type { CurrentTaskState } from '@taskwire/protocol';

/** What a reader wants to hear of; what is not named is not asked for. */
export interface ChangeFilter {
  readonly task_request_id?: string;
  readonly task_name?: string;
  readonly status?: readonly string[];
}

/** The same for filters that let the same through: their readers share what is written. */
export const filterKey = ({ task_request_id, task_name, status }: ChangeFilter): string =>
  JSON.stringify([task_request_id ?? null, task_name ?? null, status?.toSorted() ?? null]);

/** Looks at the task as it is now: a reader of RUNNING is not told that a task is RUNNING no more. */
export const passes = (filter: ChangeFilter, state: CurrentTaskState): boolean =>
  (filter.task_request_id === undefined || filter.task_request_id === state.task_request_id) &&
  (filter.task_name === undefined || filter.task_name === state.task_name) &&
  (filter.status === undefined || filter.status.includes(state.status));
