import pg from 'pg';
import { binaryParameters } from './binary-array.ts';
import type { Database, DatabaseSession, Queryable, Statement } from './database.ts';
import { ParameterBlock } from './parameter-block.ts';
import { queryWithBlock } from './query-with-block.ts';
import { failureKind, LOCK_NOT_AVAILABLE, sqlStateOf } from './sql-state.ts';

export interface PostgresOptions {
  readonly url: string;
  /** Two batches that are written, the reconciler, and a few readers. */
  readonly connectionsMax?: number;
  readonly applicationName?: string;
}

/** A row that somebody else keeps locked holds one batch back, never the whole listener. */
const LOCK_TIMEOUT_MS = 2_000;

/** On the server: no statement of ours takes this long unless something is wrong. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** At the client: a server that vanished without a word is noticed after this; the promise is 10 s. */
const SILENCE_MS_MAX = 8_000;

/** A connection of the pool, for as long as somebody works with it. */
interface Borrowed {
  readonly client: pg.PoolClient;
  /** Marks it as one that must not go back to the pool. */
  readonly broken: (reason: Error) => void;
  readonly giveBack: () => void;
}

/** A pool of connections to PostgreSQL. Connects when it is first used; a broken connection is replaced by itself. */
export function openPostgres(options: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? 8,
    application_name: options.applicationName ?? 'taskwire',
    connectionTimeoutMillis: 5_000,
    query_timeout: SILENCE_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    allowExitOnIdle: true,
  });
  // An idle connection that breaks is reported here and nowhere else; the next query gets a new one.
  pool.on('error', () => {});

  const run = async <Row>(
    client: pg.ClientBase,
    statement: Statement,
    parameters: readonly unknown[] = [],
  ): Promise<readonly Row[]> => {
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
  };

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

  const session = async (): Promise<DatabaseSession> => {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: `${options.applicationName ?? 'taskwire'} session`,
      connectionTimeoutMillis: 5_000,
      query_timeout: SILENCE_MS_MAX,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
    });
    const lost = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
    });
    await client.connect();
    return {
      lost,
      query: (statement, parameters) => run(client, statement, parameters),
      release: () => client.end().catch(() => {}),
    };
  };

  const close = async (): Promise<void> => {
    if (!pool.ended) await pool.end();
  };
  return {
    kind: 'postgres',
    query,
    transaction,
    script: async (sql) => {
      await pool.query(sql);
    },
    session,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The server said no to this statement, or somebody else holds a lock; nothing is wrong with the connection. */
const wasOnlyRefused = (error: unknown): boolean =>
  failureKind(error) === 'data' || sqlStateOf(error) === LOCK_NOT_AVAILABLE;
