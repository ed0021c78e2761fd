import { messageOf } from '@taskwire/protocol';
import { traceparentOfJob } from './job-trace.ts';
import type { FailureVerdict, TaskToRun } from './run-task.ts';

/** What is needed of a BullMQ job. Its own type fits; BullMQ is not imported, so that it stays the worker's choice. */
export interface QueueJob {
  readonly id?: string | undefined;
  readonly name: string;
  readonly data: unknown;
  readonly attemptsMade: number;
  readonly opts: {
    readonly attempts?: number | undefined;
    readonly telemetry?: { readonly metadata?: string | undefined } | undefined;
  };
}

export interface ProcessorOptions<J extends QueueJob> {
  /**
   * Whether BullMQ will run the job again after this error. Default: as BullMQ decides, by the attempts that are left
   * and the name of the error. To be given where a back-off strategy returns -1 or `maxStartedAttempts` is set.
   */
  readonly willRetry?: (job: J, error: unknown) => boolean;
}

/** With these a processor says that it put the job off; the job has not failed, and its attempt is not used up. */
const NOT_FAILURES: ReadonlySet<unknown> = new Set([
  'DelayedError',
  'WaitingError',
  'WaitingChildrenError',
  'RateLimitError',
]);
const RATE_LIMIT_MESSAGE = 'bullmq:rateLimitExceeded';

/** The task that a job stands for: the request it was submitted for, or else the job itself. */
export function taskOfJob(job: QueueJob, signal: AbortSignal | undefined): TaskToRun {
  const data = (typeof job.data === 'object' ? job.data : null) as {
    readonly task_request_id?: unknown;
  } | null;
  const submitted = data?.task_request_id;
  const traceparent = traceparentOfJob(job);
  return {
    task_request_id: typeof submitted === 'string' && submitted !== '' ? submitted : String(job.id ?? ''),
    task_name: job.name,
    attempt: job.attemptsMade + 1,
    ...(traceparent === null ? {} : { traceparent }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** BullMQ knows by this name that a job must not run again, whatever attempts it has left. */
const UNRECOVERABLE = 'UnrecoverableError';

/** What BullMQ is told of a job that was cancelled. */
export function cancelledJobError(error: unknown): Error {
  const told = new Error(`the task was cancelled: ${messageOf(error)}`, { cause: error });
  told.name = UNRECOVERABLE;
  return told;
}

/** As BullMQ's `Job.shouldRetryJob` and `Worker.handleFailed` decide. */
export function judgeJobError<J extends QueueJob>(
  job: J,
  error: unknown,
  options: ProcessorOptions<J>,
): FailureVerdict {
  const { name, message } = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly name?: unknown;
    readonly message?: unknown;
  };
  if (NOT_FAILURES.has(name) || message === RATE_LIMIT_MESSAGE) return 'nothing';
  if (name === UNRECOVERABLE) return 'FAILURE';
  const willRetry = options.willRetry?.(job, error) ?? job.attemptsMade + 1 < (job.opts.attempts ?? 0);
  return willRetry ? 'RETRY' : 'FAILURE';
}
