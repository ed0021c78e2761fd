import type { Database, Statement } from './database.ts';
import { databaseUnavailable, failureKind } from './sql-state.ts';

/**
 * @throws TaskwireError `database_unavailable`; the database's own error where the question is at fault, which asking again
 *   would not mend
 */
export type ReadRows = <Row>(
  statement: Statement,
  parameters?: readonly unknown[],
) => Promise<readonly Row[]>;

/** How repositories read. */
export function createReader(database: Pick<Database, 'query'>): ReadRows {
  return async <Row>(statement: Statement, parameters?: readonly unknown[]) => {
    try {
      return await database.query<Row>(statement, parameters);
    } catch (error) {
      throw failureKind(error) === 'data' ? error : databaseUnavailable(error);
    }
  };
}
