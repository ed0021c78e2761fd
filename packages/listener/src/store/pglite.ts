import { mkdir } from 'node:fs/promises';
import { columnLiteral } from './array-literal.ts';
import { Column } from './column.ts';
import type { Database, DatabaseSession, Queryable, Statement } from './database.ts';

export interface PgliteOptions {
  /** A folder, made where it is missing. Undefined: in memory. One process at a time may have it open. */
  readonly directory?: string;
}

/**
 * The embedded database: the same SQL in this process, on one connection. What PGlite wants differently is known
 * here and nowhere else: it is an optional package, one statement a query, several only through `exec`, and a session
 * is the one connection that everybody shares (advisory locks are always free, which is right for one process).
 */
export async function openPglite(options: PgliteOptions = {}): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  if (options.directory !== undefined) await mkdir(options.directory, { recursive: true });
  const database = await PGlite.create(options.directory === undefined ? {} : { dataDir: options.directory });

  const run = async <Row>(
    client: { query<T>(sql: string, parameters?: unknown[]): Promise<{ rows: T[] }> },
    statement: Statement,
    parameters: readonly unknown[] = [],
  ): Promise<readonly Row[]> => {
    const values = parameters.map((value) => (value instanceof Column ? columnLiteral(value) : value));
    return (await client.query<Row>(statement.sql, values)).rows;
  };

  const query: Queryable['query'] = (statement, parameters) => run(database, statement, parameters);
  const close = async (): Promise<void> => {
    if (!database.closed) await database.close();
  };
  const session = async (): Promise<DatabaseSession> => ({
    query,
    lost: new Promise<void>(() => {}),
    release: async () => {},
  });
  return {
    kind: 'pglite',
    query,
    writer: { query },
    transaction: (work) =>
      database.transaction((transaction) =>
        work({ query: (statement, parameters) => run(transaction, statement, parameters) }),
      ),
    script: async (sql) => {
      await database.exec(sql);
    },
    session,
    close,
    [Symbol.asyncDispose]: close,
  };
}
