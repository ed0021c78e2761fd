import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Everything that is asked of the file of an outbox while it is open. */
export type OutboxStatements = Readonly<Record<keyof typeof SQL, StatementSync>>;

const SQL = {
  insertPublisher:
    'INSERT INTO publishers (base_id, publisher_id, file_identity, deleted_to) VALUES (?, ?, ?, ?)',
  insertSegment: 'INSERT INTO segments (first_id, last_id, records) VALUES (?, ?, ?)',
  /** From the one that holds the second id, of the publisher whose base is the first. */
  selectSegments: `SELECT records FROM segments WHERE first_id
    BETWEEN max(?1 + 1, ifnull((SELECT max(first_id) FROM segments WHERE first_id <= ?2), 0)) AND ?3
    ORDER BY first_id`,
  selectLastId:
    'SELECT last_id FROM segments WHERE first_id > ? AND first_id <= ? ORDER BY first_id DESC LIMIT 1',
  deleteSegments: 'DELETE FROM segments WHERE first_id > ?1 AND first_id <= ?2 AND last_id <= ?2',
  updateDeletedTo: 'UPDATE publishers SET deleted_to = ? WHERE base_id = ?',
  updateAck: 'UPDATE publishers SET ack = ? WHERE base_id = ?',
  deletePublisher: 'DELETE FROM publishers WHERE base_id = ?',
  pageCount: 'PRAGMA page_count',
  freelistCount: 'PRAGMA freelist_count',
} as const;

export function prepareStatements(database: DatabaseSync): OutboxStatements {
  const statements = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as OutboxStatements;
  // Half of what an object for each row takes. Not there before node 22.16.
  statements.selectSegments.setReturnArrays?.(true);
  return statements;
}

/** The one value that a PRAGMA answers. */
export const pragma = (statement: StatementSync): number => Number(Object.values(statement.get() ?? {})[0]);
