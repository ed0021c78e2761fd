import { highestSequence, lowWater, missingRanges } from '@taskwire/protocol';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { parseMultirange } from './multirange.ts';
import { createReader } from './read-rows.ts';
import { WORKER_ALIVE_MS } from './worker-repository.ts';

/** What is known of one publisher. Times are RFC 3339 in UTC with microseconds. */
export interface PublisherRecord {
  readonly publisher_id: string;
  readonly worker_container: string | null;
  /** Every sequence from 1 to this is in the database. */
  readonly low_water: number;
  readonly highest: number;
  /** The first ranges that are missing, both ends inclusive; at most {@link MISSING_RANGES_MAX}. */
  readonly missing: readonly (readonly [from: number, to: number])[];
  /** How many sequences are missing in all. */
  readonly missing_count: number;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
  readonly closed_at: string | null;
  /** The last sequence that it gave; null while it is open. */
  readonly last_sequence: number | null;
  /** Unacknowledged events in the outbox of its worker; null where no living worker speaks of it. */
  readonly outbox_depth: number | null;
}

export interface PublisherPlace {
  readonly first_seen_at: string;
  readonly publisher_id: string;
}

/** The only reader of task_publishers for people. @throws TaskwireError `database_unavailable` from each function */
export interface PublisherRepository {
  /** Newest first. */
  list(
    filter: { readonly withHoles: boolean },
    page: { readonly limit: number; readonly after: PublisherPlace | null },
  ): Promise<readonly PublisherRecord[]>;
  /** How many sequences are missing in all. */
  countHoles(): Promise<number>;
}

/** Who has more holes than this needs the count, not a list. */
const MISSING_RANGES_MAX = 100;

type PublisherRow = Omit<PublisherRecord, 'low_water' | 'highest' | 'missing' | 'missing_count'> & {
  readonly received: string;
};

export function createPublisherRepository(database: Pick<Database, 'query'>): PublisherRepository {
  const listPublishers = loadStatement('list_publishers');
  const countHoles = loadStatement('count_holes');
  const read = createReader(database);
  return {
    list: async ({ withHoles }, { limit, after }) => {
      const rows = await read<PublisherRow>(listPublishers, [
        withHoles,
        after?.first_seen_at ?? null,
        after?.publisher_id ?? null,
        limit,
        WORKER_ALIVE_MS,
      ]);
      return rows.map(recordOf);
    },
    countHoles: async () => (await read<{ readonly count: number }>(countHoles))[0]?.count ?? 0,
  };
}

function recordOf({ received, ...row }: PublisherRow): PublisherRecord {
  const ranges = parseMultirange(received);
  const highest = highestSequence(ranges);
  const last = row.last_sequence ?? 0;
  const missing =
    last > highest ? [...missingRanges(ranges), [highest + 1, last] as const] : missingRanges(ranges);
  return {
    publisher_id: row.publisher_id,
    worker_container: row.worker_container,
    low_water: lowWater(ranges),
    highest,
    missing: missing.slice(0, MISSING_RANGES_MAX),
    missing_count: missing.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    first_seen_at: row.first_seen_at,
    last_seen_at: row.last_seen_at,
    closed_at: row.closed_at,
    last_sequence: row.last_sequence,
    outbox_depth: row.outbox_depth,
  };
}
