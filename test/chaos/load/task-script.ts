import type { TaskStatus } from '@taskwire/protocol';

/** What a made-up worker says next. */
export interface ScriptedEvent {
  readonly task_request_id: string;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly data: Readonly<Record<string, unknown>>;
}

interface OpenTask {
  readonly id: string;
  attempt: number;
}

/** How many tasks of one worker are open at once. */
const OPEN_TASKS_MAX = 20;

/**
 * The lives of tasks, without end: each is RUNNING, may be tried again, and ends as SUCCESS or FAILURE; many are open
 * at once. Pure but for the randomness that is handed in.
 */
export function createTaskScript(label: string, random: () => number): () => ScriptedEvent {
  const open: OpenTask[] = [];
  let started = 0;
  return () => {
    const task = open[Math.floor(random() * OPEN_TASKS_MAX)];
    if (task === undefined) {
      const begun = { id: `${label}-${++started}`, attempt: 1 };
      open.push(begun);
      return { task_request_id: begun.id, status: 'RUNNING', attempt: 1, data: { cpu_usage: random() } };
    }
    const { id, attempt } = task;
    const fate = random();
    if (fate < 0.1) {
      task.attempt += 1;
      return {
        task_request_id: id,
        status: 'RETRY',
        attempt,
        data: { error: `try ${attempt} failed`, error_type: 'Flaky' },
      };
    }
    if (fate < 0.3) return { task_request_id: id, status: 'RUNNING', attempt: task.attempt, data: {} };
    open.splice(open.indexOf(task), 1);
    return fate < 0.9
      ? {
          task_request_id: id,
          status: 'SUCCESS',
          attempt,
          data: { result: { value: random() }, execution_time: 0.1 },
        }
      : {
          task_request_id: id,
          status: 'FAILURE',
          attempt,
          data: { error: 'gave up', error_type: 'GivenUp' },
        };
  };
}
