import type { TaskRequest } from '@taskwire/listener';
import { shown, TaskwireError } from '@taskwire/protocol';
import type { SubmitTask } from './submit-task.ts';

export interface RerunWish {
  /** Instead of those of the task. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly attempts_max: number;
}

/**
 * Runs a task again: a new request, which names the old one; that stays as it is, also where it still runs.
 * @throws TaskwireError `task_unknown` where it has no name; `request_invalid` where its parameters are not known here;
 * whatever a submission throws
 */
export async function rerunTask(
  task: TaskRequest,
  wish: RerunWish,
  submit: SubmitTask,
): Promise<TaskRequest> {
  const { task_name, task_request_id } = task;
  if (task_name === null) {
    throw new TaskwireError(
      'task_unknown',
      `Nobody said which task ${shown(task_request_id)} is, so it cannot be run again`,
    );
  }
  const params = wish.params ?? task.params;
  if (params === null) {
    throw new TaskwireError(
      'request_invalid',
      `params: missing; ${shown(task_request_id)} was not submitted here, so its parameters are not known`,
    );
  }
  return submit({ task_name, params, attempts_max: wish.attempts_max, rerun_of: task_request_id });
}
