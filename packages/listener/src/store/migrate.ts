import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { messageOf, TaskwireError } from '@taskwire/protocol';
import type { Database, Queryable, Statement } from './database.ts';
import { databaseUnavailable, sqlStateOf } from './sql-state.ts';

/**
 * One numbered SQL file, such as `0001_initial.sql`. One that ends in `.compatible.sql` promises that the taskwire of
 * the release before works with the tables after it: replicas of both may run, and start, side by side.
 */
interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

export interface MigrationResult {
  readonly applied: readonly string[];
  /** The version that the database has now. */
  readonly version: number;
}

/** Any fixed number; it keeps two starting replicas from migrating at once. */
const MIGRATION_LOCK = 7_235_901;

const CREATE_TABLE = {
  name: 'create_migrations',
  sql: `CREATE TABLE IF NOT EXISTS taskwire_migrations (
          version integer PRIMARY KEY,
          name text NOT NULL,
          checksum text NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now()
        )`,
} satisfies Statement;

const READ_MIGRATIONS = 'SELECT version, name, checksum FROM taskwire_migrations ORDER BY version';

/**
 * In the order in which a batch takes them: a migration that took two of them in another order, while a listener of the
 * release before writes, would lock itself up with it.
 */
const LOCK_TABLES = {
  name: 'lock_tables',
  sql: 'LOCK TABLE task_logs, task_requests, task_publishers, dead_letters IN ACCESS EXCLUSIVE MODE',
} satisfies Statement;

/** An index of a long history takes its time; as long as nothing is wrong with the connection that is let happen. */
const MIGRATION_MS_MAX = 3_600_000;

const ALLOW_TIME = {
  name: 'allow_time',
  sql: `SET LOCAL statement_timeout = ${MIGRATION_MS_MAX}`,
} satisfies Statement;

/**
 * Brings the schema up to date: all missing migrations in one transaction, under a lock.
 * @throws TaskwireError `schema_too_new` where a newer taskwire has migrated the database in a way that this one does
 * not work with; `database_unavailable` where it is worth trying again, for instance as somebody holds a lock;
 * `migration_failed` where an applied migration is missing here, was changed, or fails;
 * `database_unsuitable` where the server is too old or would forget commits.
 */
export async function migrate(database: Database): Promise<MigrationResult> {
  try {
    await refuseUnsuitable(database);
    return await applyPending(database);
  } catch (error) {
    throw databaseUnavailable(error);
  }
}

function applyPending(database: Database): Promise<MigrationResult> {
  const migrations = readMigrations();
  return database.transaction(async (transaction) => {
    await transaction.query({
      name: 'lock_migrations',
      sql: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`,
    });
    await transaction.query(CREATE_TABLE);
    const known = await transaction.query<AppliedMigration>({
      name: 'read_migrations',
      sql: READ_MIGRATIONS,
    });
    refuseMismatch(known, migrations);
    const pending = migrations.slice(known.length);
    if (known.length > 0 && pending.length > 0) await transaction.query(LOCK_TABLES);
    if (pending.length > 0) await transaction.query(ALLOW_TIME);
    for (const migration of pending) await applyMigration(transaction, migration);
    const version = Math.max(known.length, migrations.length);
    return { applied: pending.map(({ name }) => name), version };
  });
}

export interface SchemaState {
  /** Migrations that this taskwire has and the database has not. */
  readonly pending: readonly string[];
  /** Those that the database has and this taskwire does not know. */
  readonly unknown: readonly string[];
}

/** What `migrate` would find, without changing anything. @throws TaskwireError `database_unavailable` */
export async function inspectSchema(database: Database): Promise<SchemaState> {
  try {
    const [found] = await database.query<{ readonly exists: boolean }>({
      name: 'migrations_exist',
      sql: `SELECT to_regclass('taskwire_migrations') IS NOT NULL AS exists`,
    });
    const known =
      found?.exists === true
        ? await database.query<AppliedMigration>({ name: 'read_migrations', sql: READ_MIGRATIONS })
        : [];
    const migrations = readMigrations();
    return {
      pending: migrations.slice(known.length).map(({ name }) => name),
      unknown: known.slice(migrations.length).map(({ name }) => name),
    };
  } catch (error) {
    throw databaseUnavailable(error);
  }
}

function readMigrations(): readonly Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file, index) => {
      const sql = readFileSync(new URL(file, folder), 'utf8');
      if (Number(file.slice(0, 4)) !== index + 1) {
        throw new TaskwireError(
          'migration_failed',
          `${file}: migrations are numbered without holes from 0001`,
        );
      }
      return { version: index + 1, name: file, sql, checksum: hash('sha256', sql, 'hex') };
    });
}

function refuseMismatch(known: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const breaking = known.slice(migrations.length).find(({ name }) => !name.endsWith('.compatible.sql'));
  if (breaking !== undefined) {
    throw new TaskwireError(
      'schema_too_new',
      `A newer taskwire has changed the database (${breaking.name}) in a way that this one, which knows ${migrations.length} migrations, does not work with; upgrade it`,
    );
  }
  known.slice(0, migrations.length).forEach((applied, index) => {
    const expected = migrations[index];
    if (expected?.version !== applied.version || expected.checksum !== applied.checksum) {
      throw new TaskwireError(
        'migration_failed',
        `Migration ${applied.name} in the database is not the one that this taskwire has; was it changed after a release?`,
      );
    }
  });
}

async function applyMigration(transaction: Queryable, migration: Migration): Promise<void> {
  try {
    for (const [index, sql] of statementsOf(migration.sql).entries()) {
      await transaction.query({ name: `${migration.name}:${index}`, sql, timeoutMs: MIGRATION_MS_MAX });
    }
  } catch (error) {
    if (isPassing(error)) throw error;
    throw new TaskwireError('migration_failed', `Migration ${migration.name} failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
  await transaction.query(
    {
      name: 'record_migration',
      sql: 'INSERT INTO taskwire_migrations (version, name, checksum) VALUES ($1, $2, $3)',
    },
    [migration.version, migration.name, migration.checksum],
  );
}

/** Connection, conflict, resources, lock, shutdown: nothing is wrong with the migration. */
const PASSING = new Set(['08', '40', '53', '55', '57', '58']);

function isPassing(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === null || PASSING.has(state.slice(0, 2));
}

/** Statements end with a semicolon at the end of a line; bodies of functions stand between `$$`. */
function statementsOf(sql: string): readonly string[] {
  const statements: string[] = [];
  let current = '';
  let inBody = false;
  for (const line of sql.split('\n')) {
    if (line.trimStart().startsWith('--')) continue;
    current += `${line}\n`;
    if (line.split('$$').length % 2 === 0) inBody = !inBody;
    if (!inBody && line.trimEnd().endsWith(';')) {
      statements.push(current.trim().slice(0, -1));
      current = '';
    }
  }
  if (current.trim() !== '') statements.push(current.trim());
  return statements;
}

const SERVER_VERSION_MIN = 150_000;

async function refuseUnsuitable(database: Database): Promise<void> {
  const [server] = await database.query<{ readonly version: number; readonly synchronous_commit: string }>({
    name: 'read_server',
    sql: `SELECT current_setting('server_version_num')::integer AS version,
                 current_setting('synchronous_commit') AS synchronous_commit`,
  });
  if (server === undefined) return;
  if (server.version < SERVER_VERSION_MIN) {
    const version = Math.floor(server.version / 10_000);
    throw new TaskwireError(
      'database_unsuitable',
      `PostgreSQL ${version} is too old: taskwire needs 15 or newer`,
    );
  }
  if (database.kind === 'postgres' && server.synchronous_commit === 'off') {
    throw new TaskwireError(
      'database_unsuitable',
      'synchronous_commit is off: a crash would forget commits that were acknowledged; set it to on for this database',
    );
  }
}
