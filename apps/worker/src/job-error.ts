import { messageOf, TaskwireError } from '@taskwire/protocol';
import { UnrecoverableError } from 'bullmq';

/**
 * What a failed run is told to BullMQ and to the web container as. Its name, which becomes the event's error_type, is
 * the stable code of a TaskwireError. What no retry can help (wrong parameters, an unknown task, a refused target) is
 * an UnrecoverableError, so that BullMQ ends the job whatever attempts it has left.
 */
export function jobErrorOf(thrown: unknown): Error {
  if (!(thrown instanceof TaskwireError))
    return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  const error = thrown.retryable ? new Error(thrown.message) : new UnrecoverableError(thrown.message);
  error.name = thrown.code;
  return error;
}

/** BullMQ's own rule, told to the notifier, which could not see by the name what the class says. */
export const willRetry = (
  job: { readonly attemptsMade: number; readonly opts: { readonly attempts?: number | undefined } },
  error: unknown,
): boolean => !(error instanceof UnrecoverableError) && job.attemptsMade + 1 < (job.opts.attempts ?? 0);
