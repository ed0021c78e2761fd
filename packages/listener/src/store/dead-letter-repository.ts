import type { DeadLetterReason, Lane } from './batch.ts';
import type { Database } from './database.ts';
import {
  createDeadLetterStatement,
  type DeadLetterFilter,
  deadLetterParameters,
} from './list-dead-letters.ts';
import { loadStatement } from './load-statement.ts';
import { createReader } from './read-rows.ts';

/** A dead letter as readers see it. Times are RFC 3339 in UTC with microseconds. */
export interface StoredDeadLetter {
  readonly id: number;
  readonly lane: Lane;
  readonly reason: DeadLetterReason;
  /** One sentence: what is wrong, with which value. */
  readonly detail: string;
  /** As received, or its beginning. Untrusted text. */
  readonly payload: string;
  /** Whether `payload` is only the beginning: in lists of anything long, otherwise of what was too large to keep. */
  readonly payload_truncated: boolean;
  /** Size of the payload as received. */
  readonly payload_bytes: number;
  readonly task_request_id: string | null;
  readonly publisher_id: string | null;
  readonly sequence: number | null;
  readonly received_at: string;
  readonly replayed_at: string | null;
  readonly discarded_at: string | null;
}

/** The only reader of dead_letters. @throws TaskwireError `database_unavailable` from each function */
export interface DeadLetterRepository {
  get(id: number): Promise<StoredDeadLetter | null>;
  /** Newest first, with the beginnings of their payloads. `before`: the id of the last one of the page before, or null. */
  list(
    filter: DeadLetterFilter,
    page: { readonly limit: number; readonly before: number | null },
  ): Promise<readonly StoredDeadLetter[]>;
  /** Oldest first: the ids behind `after`. */
  ids(filter: DeadLetterFilter, after: number, limit: number): Promise<readonly number[]>;
  count(filter: DeadLetterFilter): Promise<number>;
}

/** Enough to see what it is; a page of whole ones could be hundreds of megabytes. */
const LISTED_CHARACTERS_MAX = 2_000;

export function createDeadLetterRepository(database: Pick<Database, 'query'>): DeadLetterRepository {
  const getStatement = loadStatement('get_dead_letter');
  const listStatement = createDeadLetterStatement('list_dead_letters');
  const pickStatement = createDeadLetterStatement('pick_dead_letters');
  const countStatement = createDeadLetterStatement('count_dead_letters');
  const read = createReader(database);
  return {
    get: async (id) => (await read<StoredDeadLetter>(getStatement, [id]))[0] ?? null,
    list: (filter, { limit, before }) =>
      read<StoredDeadLetter>(listStatement(filter), [
        ...deadLetterParameters(filter),
        before,
        limit,
        LISTED_CHARACTERS_MAX,
      ]),
    ids: async (filter, after, limit) => {
      const rows = await read<{ readonly id: number }>(pickStatement(filter), [
        ...deadLetterParameters(filter),
        after,
        limit,
      ]);
      return rows.map(({ id }) => id);
    },
    count: async (filter) => {
      const [row] = await read<{ readonly count: number }>(
        countStatement(filter),
        deadLetterParameters(filter),
      );
      return row?.count ?? 0;
    },
  };
}
