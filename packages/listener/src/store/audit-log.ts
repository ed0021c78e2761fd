import type { Database, Queryable } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { databaseUnavailable } from './sql-state.ts';

export const AUDIT_ACTIONS = ['submit', 'cancel', 'rerun', 'replay', 'discard', 'ingest', 'sign_in'] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who changed what by hand, from where. Never holds a parameter, a token or a payload. */
export interface AuditEntry {
  readonly actor: string;
  readonly role: string;
  readonly action: AuditAction;
  /** What it was done to: a task_request_id, the id of a dead letter; null where that is not one thing. */
  readonly target: string | null;
  /** The task that it concerns, to be found by. */
  readonly task_request_id: string | null;
  /** What else is worth knowing, such as how many it were. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly remote_address: string | null;
}

/** An entry as readers see it. `at` is RFC 3339 in UTC with microseconds. */
export type StoredAuditEntry = Omit<AuditEntry, 'task_request_id'> & {
  readonly id: number;
  readonly at: string;
};

export interface AuditFilter {
  readonly action?: AuditAction;
  readonly task_request_id?: string;
}

const insertEntry = loadStatement('insert_audit_entry');

/** Writes an entry, in the transaction of what it tells of: neither is without the other. */
export async function writeAudit(transaction: Queryable, entry: AuditEntry): Promise<void> {
  await transaction.query(insertEntry, [
    entry.actor,
    entry.role,
    entry.action,
    entry.target,
    entry.task_request_id,
    JSON.stringify(entry.detail),
    entry.remote_address,
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
  write(entry: AuditEntry): Promise<void>;
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
    write: async (entry) => {
      try {
        await writeAudit(database, entry);
      } catch (error) {
        throw databaseUnavailable(error);
      }
    },
  };
}
