import pg from 'pg';
import { binaryParameters } from './binary-array.ts';
import type { Database, Queryable, Statement } from './database.ts';
import { ParameterBlock } from './parameter-block.ts';
import { queryWithBlock } from './query-with-block.ts';
import { failureKind, LOCK_NOT_AVAILABLE, sqlStateOf } from './sql-state.ts';

/** A number of connections to PostgreSQL, of which each statement takes one; it waits where all are taken. */
export interface Connections extends Pick<Database, 'query' | 'transaction' | 'script'> {
  close(): Promise<void>;
}

/** One of them, for as long as somebody works with it. */
interface Borrowed {
  readonly client: pg.PoolClient;
  /** Marks it as one that must not go back to the pool. */
  readonly broken: (reason: Error) => void;
  readonly giveBack: () => void;
}

export function createConnections(configuration: pg.PoolConfig): Connections {
  const pool = new pg.Pool(configuration);
  // An idle connection that breaks is reported here and nowhere else; the next query gets a new one.
  pool.on('error', () => {});

  /**
   * The pool listens to idle connections only: one that breaks between two statements would end the process. It hands a
   * connection over by a callback here, since a promise would tell of it when the next message, perhaps the last one of
   * this connection, has been read already.
   */
  const borrow = () =>
    new Promise<Borrowed>((resolve, reject) => {
      pool.connect((error, client) => {
        if (client === undefined) return reject(error);
        let fault: Error | undefined;
        const broken = (reason: Error): void => {
          fault = reason;
        };
        const giveBack = (): void => {
          client.off('error', broken);
          client.release(fault);
        };
        client.on('error', broken);
        resolve({ client, broken, giveBack });
      });
    });

  const lend = async <T>(work: (borrowed: Borrowed) => Promise<T>): Promise<T> => {
    const borrowed = await borrow();
    try {
      return await work(borrowed);
    } finally {
      borrowed.giveBack();
    }
  };

  /**
   * Unlike `pool.query`, which gives up the connection of any statement that fails: one that was only refused keeps its
   * connection with all that is prepared on it, and finding a refused event takes many refusals.
   */
  const query = <Row>(statement: Statement, parameters?: readonly unknown[]): Promise<readonly Row[]> =>
    lend(async ({ client, broken }) => {
      try {
        return await run<Row>(client, statement, parameters);
      } catch (error) {
        if (!wasOnlyRefused(error)) broken(error as Error);
        throw error;
      }
    });

  const transaction = <T>(work: (queryable: Queryable) => Promise<T>): Promise<T> =>
    lend(async ({ client, broken }) => {
      try {
        await client.query('BEGIN');
        const result = await work({ query: (statement, parameters) => run(client, statement, parameters) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A connection whose rollback fails is in an unknown state and must not go back to the pool.
        await client.query('ROLLBACK').catch(broken);
        throw error;
      }
    });

  return {
    query,
    transaction,
    script: async (sql) => {
      await pool.query(sql);
    },
    close: async () => {
      if (!pool.ended) await pool.end();
    },
  };
}

/** Runs one statement on this connection. @throws what PostgreSQL answers */
export async function run<Row>(
  client: pg.ClientBase,
  statement: Statement,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const [first, ...others] = parameters;
  if (first instanceof ParameterBlock) {
    return (await queryWithBlock(client, statement, first, others)) as readonly Row[];
  }
  const { values, done } = binaryParameters(parameters);
  const { name, sql: text, timeoutMs: query_timeout } = statement;
  const config = { name, text, values, query_timeout };
  const result = await client.query(config);
  done();
  return result.rows as readonly Row[];
}

/** The server said no to this statement, or somebody else holds a lock; nothing is wrong with the connection. */
const wasOnlyRefused = (error: unknown): boolean =>
  failureKind(error) === 'data' || sqlStateOf(error) === LOCK_NOT_AVAILABLE;
