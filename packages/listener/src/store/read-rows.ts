import type { Database, Statement } from './database.ts';
import { databaseUnavailable } from './sql-state.ts';

/** @throws TaskwireError `database_unavailable`, whatever the database says */
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
      throw databaseUnavailable(error);
    }
  };
}
