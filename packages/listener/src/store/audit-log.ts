import { textArray } from './array-literal.ts';
import type { Database, Queryable } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { databaseUnavailable } from './sql-state.ts';

export const AUDIT_ACTIONS = ['submit', 'cancel', 'rerun', 'replay', 'discard', 'ingest', 'sign_in'] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who does something by hand, and from where. */
export interface AuditSource {
  readonly actor: string;
  readonly role: string;
  /** Null where it does not come over a network. */
  readonly remote_address: string | null;
}

/** What was done. Never holds a parameter, a token or a payload: whoever may read the log may not see those. */
export interface AuditEntry {
  readonly action: AuditAction;
  /** What it was done to: a task_request_id, the id of a dead letter; null where that is not one thing. */
  readonly target: string | null;
  /** The task that it concerns, to be found by. */
  readonly task_request_id: string | null;
  /** What else is worth knowing, such as how many it were. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry as readers see it. `at` is RFC 3339 in UTC with microseconds. */
export interface StoredAuditEntry extends AuditSource, Omit<AuditEntry, 'task_request_id'> {
  readonly id: number;
  readonly at: string;
}

export interface AuditFilter {
  readonly action?: AuditAction;
  readonly task_request_id?: string;
}

const insertEntries = loadStatement('insert_audit_entries');

/** Writes what one action did, in its transaction: neither is without the other. */
export async function writeAudit(
  transaction: Queryable,
  by: AuditSource,
  action: AuditAction,
  entries: readonly Omit<AuditEntry, 'action'>[],
): Promise<void> {
  if (entries.length === 0) return;
  await transaction.query(insertEntries, [
    by.actor,
    by.role,
    action,
    by.remote_address,
    textArray(entries.map(({ target }) => target)),
    textArray(entries.map(({ task_request_id }) => task_request_id)),
    textArray(entries.map(({ detail }) => JSON.stringify(detail))),
  ]);
}

/** The only reader of audit_log. */
export interface AuditRepository {
  /**
   * Newest first. `before`: the id of the last one of the page before, or null.
   * @throws TaskwireError `database_unavailable`
   */
  list(
    filter: AuditFilter,
    page: { readonly limit: number; readonly before: number | null },
  ): Promise<readonly StoredAuditEntry[]>;
  /** An entry of something that is in no transaction. @throws TaskwireError `database_unavailable` */
  write(by: AuditSource, entry: AuditEntry): Promise<void>;
}

export function createAuditRepository(database: Pick<Database, 'query'>): AuditRepository {
  const listEntries = loadStatement('list_audit_entries');
  return {
    list: async ({ action = null, task_request_id = null }, { limit, before }) => {
      try {
        return await database.query<StoredAuditEntry>(listEntries, [action, task_request_id, before, limit]);
      } catch (error) {
        throw databaseUnavailable(error);
      }
    },
    write: async (by, entry) => {
      try {
        await writeAudit(database, by, entry.action, [entry]);
      } catch (error) {
        throw databaseUnavailable(error);
      }
    },
  };
}
