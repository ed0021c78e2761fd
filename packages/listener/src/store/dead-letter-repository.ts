import type { DeadLetterReason, Lane } from './batch.ts';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { databaseUnavailable } from './sql-state.ts';

/** A dead letter as readers see it. Times are RFC 3339 in UTC with microseconds. */
export interface StoredDeadLetter {
  readonly id: number;
  readonly lane: Lane;
  readonly reason: DeadLetterReason;
  /** One sentence: what is wrong, with which value. */
  readonly detail: string;
  /** As received, or its beginning where it was too large. Untrusted text. */
  readonly payload: string;
  /** Size of the payload as received. */
  readonly payload_bytes: number;
  readonly task_request_id: string | null;
  readonly publisher_id: string | null;
  readonly sequence: number | null;
  readonly received_at: string;
  readonly replayed_at: string | null;
}

export interface DeadLetterFilter {
  readonly reason?: DeadLetterReason;
}

/** The only reader of dead_letters. */
export interface DeadLetterRepository {
  /**
   * Newest first. `before`: the id of the last one of the page before, or null.
   * @throws TaskwireError `database_unavailable`
   */
  list(
    filter: DeadLetterFilter,
    page: { readonly limit: number; readonly before: number | null },
  ): Promise<readonly StoredDeadLetter[]>;
}

export function createDeadLetterRepository(database: Database): DeadLetterRepository {
  const listDeadLetters = loadStatement('list_dead_letters');
  return {
    list: async (filter, { limit, before }) => {
      try {
        return await database.query<StoredDeadLetter>(listDeadLetters, [
          filter.reason ?? null,
          before,
          limit,
        ]);
      } catch (error) {
        throw databaseUnavailable(error);
      }
    },
  };
}
