import type { SilentTask } from '../src/store/silent-task-repository.ts';

/** A task of container-1 that runs, and of which nothing was heard for two minutes. */
export const silentTask = (wish: Partial<SilentTask> = {}): SilentTask => ({
  task_request_id: 'task-1',
  task_name: 'tasks.test',
  status: 'RUNNING',
  attempt: 1,
  counts_attempts: true,
  worker_source: 'container-1',
  last_status_update_us: 1_790_000_000_000_000,
  silent_ms: 120_000,
  ...wish,
});
