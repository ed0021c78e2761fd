import { DATA_DEPTH_MAX, parseTimestamp, surveyJson, unstorableText } from '@taskwire/protocol';
import type { QueueAnswer } from '../queue-backend.ts';

/** What a result back end of Celery keeps of a task. */
export interface CeleryResult {
  readonly status: string;
  /** Of a FAILURE `{ exc_type, exc_message, exc_module }`, if it could be read; undefined if not. */
  readonly result: unknown;
  readonly traceback: string | null;
  readonly finished_at_ms: number | null;
}

/** Pure. https://docs.celeryq.dev/en/stable/reference/celery.states.html */
export function celeryAnswer(found: CeleryResult | null): QueueAnswer {
  const finished = found?.finished_at_ms == null ? {} : { finished_at_ms: found.finished_at_ms };
  switch (found?.status) {
    case undefined:
    // Celery's word for what it does not know.
    case 'PENDING':
      return { state: 'unknown' };
    case 'RECEIVED':
    case 'RETRY':
      return { state: 'waiting' };
    case 'SUCCESS':
      return { state: 'completed', result: storable(found?.result), ...finished };
    case 'FAILURE':
      return { state: 'failed', ...errorOf(found), ...finished };
    case 'REVOKED':
      return { state: 'cancelled', ...finished };
    default:
      // STARTED, PROGRESS and whatever a task calls its own states.
      return { state: 'active' };
  }
}

/** When a task was done, as Celery writes it: in UTC, with or without saying so. */
export function finishedAtMs(dateDone: unknown): number | null {
  const us = typeof dateDone === 'string' ? parseTimestamp(dateDone) : null;
  return typeof us === 'number' ? us / 1000 : null;
}

function errorOf({ result, traceback }: CeleryResult): {
  readonly error?: string;
  readonly error_type?: string;
} {
  const told = typeof result === 'object' && result !== null ? (result as Record<string, unknown>) : {};
  // The last line of a traceback is `module.Type: message`.
  const lastLine = traceback?.trimEnd().split('\n').at(-1) ?? '';
  const [, traced, message] = /^([\w.]+)(?::\s(.*))?$/.exec(lastLine) ?? [];
  const error = messageOf(told.exc_message) ?? message;
  const error_type = typeof told.exc_type === 'string' ? told.exc_type : traced?.split('.').at(-1);
  return {
    ...(error === undefined ? {} : { error: error.replaceAll('\u0000', '\ufffd').toWellFormed() }),
    ...(error_type === undefined || unstorableText(error_type) !== null ? {} : { error_type }),
  };
}

/** The arguments of the exception; str() of one with a single argument is that argument. */
function messageOf(excMessage: unknown): string | undefined {
  if (typeof excMessage === 'string') return excMessage;
  if (!Array.isArray(excMessage) || surveyJson(excMessage, DATA_DEPTH_MAX).tooDeep) return undefined;
  const [only] = excMessage;
  return excMessage.length === 1 && typeof only === 'string' ? only : JSON.stringify(excMessage);
}

/** A result that could not be an event's data is left out. */
function storable(result: unknown): unknown {
  return surveyJson(result, DATA_DEPTH_MAX).tooDeep || unstorableText(result) !== null ? undefined : result;
}
