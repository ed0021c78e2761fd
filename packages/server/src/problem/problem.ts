import { type ErrorCode, TaskwireError } from '@taskwire/protocol';
import type { Static } from 'typebox';
import type { ProblemSchema } from './problem-schema.ts';

export type Problem = Static<typeof ProblemSchema>;

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What whoever gets it can do. */
  readonly advice: string;
}

/** What a request can be answered with; every other code is an `internal_error`. */
export const PROBLEM_KINDS = {
  request_invalid: {
    status: 400,
    title: 'The request is not as expected',
    advice: 'Mend the request: `detail` names the place, what was expected and what came.',
  },
  unauthorized: {
    status: 401,
    title: 'A token is needed',
    advice: 'Send `Authorization: Bearer <token>`, or sign in again.',
  },
  forbidden: {
    status: 403,
    title: 'Not with this token',
    advice: "Use an operator's token: a viewer changes nothing.",
  },
  cross_site: {
    status: 403,
    title: 'Not from another site',
    advice: 'Programs send a bearer token and no cookie; pages of other sites change nothing here.',
  },
  not_found: { status: 404, title: 'Not found', advice: 'Look at the address, and at the id in it.' },
  not_acceptable: {
    status: 406,
    title: 'No such kind of answer',
    advice: 'Leave `Accept` out, or name the type that this address answers with.',
  },
  task_exists: {
    status: 409,
    title: 'There is such a task already',
    advice: 'It was submitted before, perhaps by you: look at it. For a new task choose another id.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large',
    advice:
      'Send less: large parameters belong into a file or a database, many events into several requests.',
  },
  media_type_unsupported: {
    status: 415,
    title: 'This kind of content is not understood',
    advice: 'Send JSON, with `Content-Type: application/json`.',
  },
  host_unknown: {
    status: 421,
    title: 'Not under this name',
    advice: 'Without tokens only 127.0.0.1, ::1 and localhost are answered: set TASKWIRE_OPERATOR_TOKENS.',
  },
  task_unknown: {
    status: 422,
    title: 'There is no such task to run',
    advice: '`GET /api/v1/task-names` says which may be submitted here.',
  },
  event_invalid: {
    status: 422,
    title: 'The event cannot be applied',
    advice: 'It stays a dead letter: `detail` says what is wrong with it.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many requests',
    advice: 'Wait as long as `Retry-After` says.',
  },
  headers_too_large: {
    status: 431,
    title: 'The head of the request is too large',
    advice: 'Send shorter headers or a shorter address.',
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong here',
    advice: 'This is a mistake of taskwire: the log of the process says more. Please report it.',
  },
  database_unavailable: {
    status: 503,
    title: 'The database is not available',
    advice: 'Try again after `Retry-After`; `/health/ready` says more. No event is lost meanwhile.',
  },
  redis_unavailable: {
    status: 503,
    title: 'Redis is not available',
    advice: 'Try again after `Retry-After`; `/health/ready` says more. No event is lost meanwhile.',
  },
  too_many_readers: {
    status: 503,
    title: 'Too many readers',
    advice: 'Try again after `Retry-After`, perhaps at another replica.',
  },
  stopped: {
    status: 503,
    title: 'This process stops',
    advice: 'Try again after `Retry-After`: another replica, or this one after its restart, answers.',
  },
} as const satisfies Partial<Readonly<Record<ErrorCode, ProblemKind>>>;

/** With 503: long enough for a restart of the database, short enough for somebody who waits. */
export const RETRY_AFTER_S = 2;

/** The codes that a reader of the API can meet. */
export type ProblemCode = keyof typeof PROBLEM_KINDS;

const isProblemCode = (code: ErrorCode): code is ProblemCode => Object.hasOwn(PROBLEM_KINDS, code);

/** What the reader is told of anything that was thrown. What nobody foresaw stays in the log: it may hold secrets. */
export function problemOf(thrown: unknown, instance: string): Problem {
  const error = asTaskwireError(thrown);
  const { status, title } = PROBLEM_KINDS[isProblemCode(error.code) ? error.code : 'internal_error'];
  const detail = status === 500 ? 'The log of this process says more.' : firstSentence(error);
  return { type: `urn:taskwire:problem:${error.code}`, title, status, detail, instance, code: error.code };
}

/** The words of drivers can name hosts and users; what is for the operator is in the log and in /health/ready. */
function firstSentence(error: TaskwireError): string {
  return error.code === 'database_unavailable'
    ? 'The database cannot be asked now; nothing is lost. Try again in a moment; /health/ready says more.'
    : error.message;
}

/** Errors of Fastify itself carry a status and say nothing that must not be seen. */
function asTaskwireError(thrown: unknown): TaskwireError {
  if (thrown instanceof TaskwireError) return thrown;
  const { statusCode = 500, message = '' } = (thrown ?? {}) as {
    readonly statusCode?: number;
    readonly message?: string;
  };
  const code = codeOfStatus(statusCode);
  return new TaskwireError(code, message, { cause: thrown });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 404) return 'not_found';
  if (status === 413) return 'request_too_large';
  if (status === 415) return 'media_type_unsupported';
  if (status === 503) return 'stopped';
  return status >= 400 && status < 500 ? 'request_invalid' : 'internal_error';
}
