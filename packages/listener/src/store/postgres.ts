import pg from 'pg';
import { createConnections, run } from './connections.ts';
import type { Database, DatabaseSession } from './database.ts';

export interface PostgresOptions {
  readonly url: string;
  /** Of those that write no batches: the reconciler, and a few readers. Default 5. */
  readonly connectionsMax?: number;
  readonly applicationName?: string;
}

const CONNECTIONS_MAX = 5;
/** The lane that has most writes two batches at a time. Who finds all taken waits for a batch. */
const WRITERS_MAX = 3;

/** A row that somebody else keeps locked holds one batch back, never the whole listener. */
const LOCK_TIMEOUT_MS = 2_000;

/** On the server: no statement of ours takes this long unless something is wrong. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** At the client: a server that vanished without a word is noticed after this; the promise is 10 s. */
const SILENCE_MS_MAX = 8_000;

/** Connections to PostgreSQL, made when they are first needed; a broken one is replaced by itself. */
export function openPostgres(options: PostgresOptions): Database {
  const applicationName = options.applicationName ?? 'taskwire';
  const reach: pg.ClientConfig = {
    connectionString: options.url,
    connectionTimeoutMillis: 5_000,
    query_timeout: SILENCE_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
  };
  const configuration: pg.PoolConfig = {
    ...reach,
    application_name: applicationName,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    allowExitOnIdle: true,
  };
  const pool = createConnections({ ...configuration, max: options.connectionsMax ?? CONNECTIONS_MAX });
  const writers = createConnections({ ...configuration, max: WRITERS_MAX });

  const session = async (): Promise<DatabaseSession> => {
    const client = new pg.Client({ ...reach, application_name: `${applicationName} session` });
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
    await Promise.all([pool.close(), writers.close()]);
  };
  return {
    kind: 'postgres',
    query: pool.query,
    writer: writers,
    transaction: pool.transaction,
    script: pool.script,
    session,
    close,
    [Symbol.asyncDispose]: close,
  };
}
