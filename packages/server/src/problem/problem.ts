import { type ErrorCode, TaskwireError } from '@taskwire/protocol';
import type { Static } from 'typebox';
import type { ProblemSchema } from './problem-schema.ts';

export type Problem = Static<typeof ProblemSchema>;

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

const KINDS: Partial<Readonly<Record<ErrorCode, ProblemKind>>> = {
  request_invalid: { status: 400, title: 'The request is not as expected' },
  parameters_invalid: { status: 400, title: 'The parameters are not as expected' },
  unauthorized: { status: 401, title: 'A token is needed' },
  forbidden: { status: 403, title: 'Not with this token' },
  cross_site: { status: 403, title: 'Not from another site' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Not in this way' },
  not_acceptable: { status: 406, title: 'No such kind of answer' },
  task_exists: { status: 409, title: 'There is such a task already' },
  request_too_large: { status: 413, title: 'The request is too large' },
  media_type_unsupported: { status: 415, title: 'This kind of content is not understood' },
  host_unknown: { status: 421, title: 'Not under this name' },
  task_unknown: { status: 422, title: 'There is no such task to run' },
  event_invalid: { status: 422, title: 'The event cannot be applied' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The head of the request is too large' },
  database_unavailable: { status: 503, title: 'The database is not available' },
  redis_unavailable: { status: 503, title: 'Redis is not available' },
  too_many_readers: { status: 503, title: 'Too many readers' },
  stopped: { status: 503, title: 'This process stops' },
};

const INTERNAL: ProblemKind = { status: 500, title: 'Something went wrong here' };

/** What the reader is told of anything that was thrown. What nobody foresaw stays in the log: it may hold secrets. */
export function problemOf(thrown: unknown, instance: string): Problem {
  const error = asTaskwireError(thrown);
  const { status, title } = KINDS[error.code] ?? INTERNAL;
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
