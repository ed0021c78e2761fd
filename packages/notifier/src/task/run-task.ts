import type { EventInput } from '../event/event-input.ts';
import { createProgressThrottle } from './progress-throttle.ts';
import type { RunningTasks } from './running-tasks.ts';
import { taskErrorData } from './task-error.ts';

export interface TaskToRun {
  readonly task_request_id: string;
  readonly task_name?: string;
  /** Default 1. */
  readonly attempt?: number;
  /** W3C trace context, for every event of this run. */
  readonly traceparent?: string;
  /** Told to the work; aborting it is the caller's business. */
  readonly signal?: AbortSignal;
}

/** What the work is given. */
export interface TaskContext {
  readonly task_request_id: string;
  readonly attempt: number;
  /** Aborted when the run is to be given up; never where the caller gave no signal. */
  readonly signal: AbortSignal;
  /**
   * Says how far the task is; as often as one likes. Never throws.
   * @param progress 0 to 1; what lies outside is taken for the nearer end
   */
  report(progress: number, data?: object): void;
}

export interface RunTaskOptions {
  readonly publish: (event: EventInput) => unknown;
  readonly running: RunningTasks;
  /** ms that only go forward. */
  readonly elapsedMs: () => number;
  /** RFC 3339. */
  readonly timestamp: () => string;
}

/** What a failed attempt becomes: RETRY where another follows, nothing where it did not fail but was put off. */
export type FailureVerdict = 'FAILURE' | 'RETRY' | 'nothing';

/**
 * Runs one attempt of a task and tells its story: RUNNING, progress, then SUCCESS with the result or what
 * `judge` makes of the error, each with the run time in seconds.
 * @throws what the work throws, and nothing else
 */
export async function runTask<T>(
  task: TaskToRun,
  work: (context: TaskContext) => Promise<T>,
  judge: (error: unknown) => FailureVerdict,
  options: RunTaskOptions,
): Promise<T> {
  const attempt = task.attempt ?? 1;
  const about = {
    task_request_id: task.task_request_id,
    attempt,
    ...(task.task_name === undefined ? {} : { task_name: task.task_name }),
    ...(task.traceparent === undefined ? {} : { traceparent: task.traceparent }),
  };
  const throttle = createProgressThrottle<{ readonly progress: number; readonly data: object | undefined }>(
    ({ progress, data }) =>
      options.publish({ ...about, status: 'RUNNING', progress, ...(data === undefined ? {} : { data }) }),
    options.elapsedMs,
  );
  const end = options.running.begin(task.task_request_id);
  const startedAtMs = options.elapsedMs();
  const executionTime = () => ({ execution_time: Math.round(options.elapsedMs() - startedAtMs) / 1000 });
  options.publish({ ...about, status: 'RUNNING', data: { started_at: options.timestamp() } });
  const context: TaskContext = {
    task_request_id: task.task_request_id,
    attempt,
    signal: task.signal ?? new AbortController().signal,
    report(progress, data) {
      if (!Number.isNaN(progress)) throttle.offer({ progress: Math.min(1, Math.max(0, progress)), data });
    },
  };
  try {
    const result = await work(context);
    throttle.flush();
    const data = { ...(result === undefined ? {} : { result }), ...executionTime() };
    options.publish({ ...about, status: 'SUCCESS', data });
    return result;
  } catch (error) {
    throttle.flush();
    const status = judge(error);
    if (status !== 'nothing') {
      options.publish({ ...about, status, data: { ...taskErrorData(error), ...executionTime() } });
    }
    throw error;
  } finally {
    end();
  }
}
