import type { Static } from 'typebox';
import type { NewTaskSchema } from '../schemas/task-schemas.ts';
import type { TaskWish } from './submit-task.ts';

/** What is to be submitted, as it is written to us. */
export type NewTask = Static<typeof NewTaskSchema>;

export const wishOf = ({ task_name, params = {}, task_request_id, options }: NewTask): TaskWish => ({
  task_name,
  params,
  attempts_max: options?.attempts ?? 1,
  ...(task_request_id === undefined ? {} : { task_request_id }),
});
