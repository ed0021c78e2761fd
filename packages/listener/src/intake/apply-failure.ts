import { messageOf } from '@taskwire/protocol';
import { LOCK_NOT_AVAILABLE, sqlStateOf } from '../store/sql-state.ts';

/**
 * What a batch that the store did not take wants done with it.
 * - `hold`: the database is away or in trouble; the batch waits, and nothing is counted against any event.
 * - `locked`: somebody keeps a row locked (55P03); what does not need that row need not wait.
 * - `unforeseen`: a fault of our own that some event brings out; it would come again for ever.
 */
export type ApplyFailure = 'hold' | 'locked' | 'unforeseen';

export function applyFailure(error: unknown): ApplyFailure {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (sqlStateOf(cause) === LOCK_NOT_AVAILABLE) return 'locked';
  const unforeseen =
    cause instanceof TypeError ||
    cause instanceof RangeError ||
    cause instanceof SyntaxError ||
    cause instanceof ReferenceError;
  // Node's own errors of sockets and addresses are TypeErrors and RangeErrors too, but they carry a code.
  return unforeseen && !('code' in cause) ? 'unforeseen' : 'hold';
}

/** The database's own words where there are some. */
export const applyFailureDetail = (error: unknown): string => messageOf(error);
