import { messageOf, TaskwireError } from '@taskwire/protocol';

/**
 * What a failed statement means for the events in it, by SQLSTATE class (PostgreSQL, appendix A).
 * - `data`: one of the events cannot be stored (22 data exception, 23 integrity, 54 program limit): split and find it.
 * - `hold`: nothing is wrong with any event; wait and try again. Everything unknown is this, since holding loses nothing.
 */
export type FailureKind = 'data' | 'hold';

/** The SQLSTATE of a lock_timeout. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** A row with this key is there already. */
export const UNIQUE_VIOLATION = '23505';

export function sqlStateOf(error: unknown): string | null {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

export function failureKind(error: unknown): FailureKind {
  const sqlClass = sqlStateOf(error)?.slice(0, 2);
  return sqlClass === '22' || sqlClass === '23' || sqlClass === '54' ? 'data' : 'hold';
}

/** In words, for health and logs. */
const CAUSES: Readonly<Record<string, string>> = {
  '25006': 'it is read-only',
  '28': 'it refuses the user or the password',
  '3D': 'the database does not exist',
  '40': 'a conflict with another transaction',
  '42': 'a table is missing or not as expected: run the migrations, or upgrade where a newer taskwire has run its own',
  '53100': 'its disk is full',
  '53300': 'it has no free connections',
  '53': 'it is out of resources',
  '55': 'something else holds a lock',
  '57': 'it is shutting down, starting, or cancelled the statement',
  '58': 'its operating system reports an error',
  '08': 'the connection failed',
};

/** The database could not do it now; nothing is lost and the same call can succeed later. */
export function databaseUnavailable(error: unknown): TaskwireError {
  if (error instanceof TaskwireError) return error;
  const state = sqlStateOf(error);
  const cause =
    state === null ? 'it cannot be reached' : (CAUSES[state] ?? CAUSES[state.slice(0, 2)] ?? 'it failed');
  const shown = state === null ? '' : ` (SQLSTATE ${state})`;
  return new TaskwireError(
    'database_unavailable',
    `The database could not do it: ${cause}${shown}: ${messageOf(error)}`,
    {
      cause: error,
    },
  );
}
