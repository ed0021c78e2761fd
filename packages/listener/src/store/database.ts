/**
 * What the store needs of a database: implemented by `postgres.ts` (a pool of `pg`) and `pglite.ts` (embedded, one
 * connection). The SQL is the same for both.
 */
export interface Database extends AsyncDisposable {
  readonly kind: 'postgres' | 'pglite';
  /** One statement. `name` prepares it once a connection. Parameters are `$1`, `$2` …. */
  query<Row>(statement: Statement, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /** The same for batches of events, on connections that no reader takes: what is asked does not hold up what is written. */
  readonly writer: Queryable;
  /** Runs `work` in one transaction; commits when it resolves, rolls back when it throws. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** Several statements without parameters, such as a migration. */
  script(sql: string): Promise<void>;
  /**
   * A connection of its own for session state (advisory locks). `lost` resolves when the connection is gone, and
   * with it the locks.
   */
  session(): Promise<DatabaseSession>;
  close(): Promise<void>;
}

export interface Queryable {
  query<Row>(statement: Statement, parameters?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface DatabaseSession extends Queryable {
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

/** One SQL statement with the name it is prepared under. */
export interface Statement {
  readonly name: string;
  readonly sql: string;
  /** How long an answer is waited for; default: what every usual statement stays far below. Nothing to an embedded database. */
  readonly timeoutMs?: number;
}
