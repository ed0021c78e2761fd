import { TaskwireError } from '@taskwire/protocol';

/** The tasks that this process runs now, for its heartbeat and for whoever wants one cancelled. */
export interface RunningTasks {
  readonly ids: readonly string[];
  /** The same task may run more than once at a time; all its runs end together where it is cancelled. */
  begin(taskRequestId: string): Run;
  /** Tells the runs of a task that it is not wanted any more. @returns whether any were told for the first time */
  cancel(taskRequestId: string): boolean;
}

export interface Run {
  /** Aborted when somebody asks for the task to be cancelled. */
  readonly cancelled: AbortSignal;
  end(): void;
}

/** @param onBegin told of each run: a task may have been cancelled before it began */
export function createRunningTasks(onBegin: () => void = () => {}): RunningTasks {
  const tasks = new Map<string, { runs: number; readonly abort: AbortController }>();
  return {
    get ids() {
      return [...tasks.keys()];
    },
    begin(taskRequestId) {
      const task = tasks.get(taskRequestId) ?? { runs: 0, abort: new AbortController() };
      task.runs++;
      tasks.set(taskRequestId, task);
      onBegin();
      let ended = false;
      return {
        cancelled: task.abort.signal,
        end: () => {
          if (ended) return;
          ended = true;
          task.runs--;
          if (task.runs === 0) tasks.delete(taskRequestId);
        },
      };
    },
    cancel(taskRequestId) {
      const task = tasks.get(taskRequestId);
      if (task === undefined || task.abort.signal.aborted) return false;
      task.abort.abort(new TaskwireError('task_cancelled', 'somebody asked for this task to be cancelled'));
      return true;
    },
  };
}
