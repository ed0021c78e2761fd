import { readTraceparent } from '@taskwire/protocol';
import type { EventInput } from '../event/event-input.ts';
import { createProgressThrottle } from './progress-throttle.ts';
import type { RunningTasks } from './running-tasks.ts';
import { taskErrorData } from './task-error.ts';

export interface TaskToRun {
  readonly task_request_id: string;
  readonly task_name?: string;
  /** Default 1. */
  readonly attempt?: number;
  /** W3C trace context, for every event of this run; inside of an active span of that trace, the span is named instead. */
  readonly traceparent?: string;
  /** Told to the work; aborting it is the caller's business. */
  readonly signal?: AbortSignal;
}

/** What the work is given. */
export interface TaskContext {
  readonly task_request_id: string;
  readonly attempt: number;
  /** W3C trace context that the task came with, to be handed on; null where there is none. */
  readonly traceparent: string | null;
  /**
   * Aborted when the run is to be given up: the caller says so, or somebody asked for the task to be cancelled (then its
   * reason is a TaskwireError `task_cancelled`). Work that throws from then on is CANCELLED; work that goes on and
   * succeeds is SUCCESS.
   */
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
  /** What is thrown instead of the error of a cancelled run. Default: the error. */
  readonly thrownWhenCancelled?: (error: unknown) => unknown;
}

/** What a failed attempt becomes: RETRY where another follows, nothing where it did not fail but was put off. */
export type FailureVerdict = 'FAILURE' | 'RETRY' | 'nothing';

/**
 * Runs one attempt of a task and tells its story: RUNNING, progress, then SUCCESS with the result or what
 * `judge` makes of the error (CANCELLED where that was asked for), each with the run time in seconds.
 * @throws what the work throws, or what `thrownWhenCancelled` makes of it
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
  const { cancelled, end } = options.running.begin(task.task_request_id);
  const startedAtMs = options.elapsedMs();
  const executionTime = () => ({ execution_time: Math.round(options.elapsedMs() - startedAtMs) / 1000 });
  options.publish({ ...about, status: 'RUNNING', data: { started_at: options.timestamp() } });
  const context: TaskContext = {
    task_request_id: task.task_request_id,
    attempt,
    traceparent: readTraceparent(task.traceparent),
    signal: task.signal === undefined ? cancelled : AbortSignal.any([task.signal, cancelled]),
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
    const verdict = judge(error);
    if (verdict === 'nothing') throw error;
    const status = cancelled.aborted ? 'CANCELLED' : verdict;
    options.publish({ ...about, status, data: { ...taskErrorData(error), ...executionTime() } });
    throw cancelled.aborted ? (options.thrownWhenCancelled?.(error) ?? error) : error;
  } finally {
    end();
  }
}
