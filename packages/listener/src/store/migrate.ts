import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { messageOf, TaskwireError } from '@taskwire/protocol';
import type { Database, Queryable, Statement } from './database.ts';

/** One numbered SQL file, such as `0001_initial.sql`. */
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

/**
 * Brings the schema up to date: each missing migration in a transaction of its own, all under one lock.
 * @throws TaskwireError `schema_too_new` where a newer taskwire has migrated the database already;
 * `migration_failed` where an applied migration is missing here, was changed, or fails;
 * `database_unsuitable` where the server is too old or would forget commits.
 */
export async function migrate(database: Database): Promise<MigrationResult> {
  await refuseUnsuitable(database);
  const migrations = readMigrations();
  return database.transaction(async (transaction) => {
    await transaction.query({
      name: 'lock_migrations',
      sql: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`,
    });
    await transaction.query(CREATE_TABLE);
    const known = await transaction.query<AppliedMigration>({
      name: 'read_migrations',
      sql: 'SELECT version, name, checksum FROM taskwire_migrations ORDER BY version',
    });
    refuseMismatch(known, migrations);
    const pending = migrations.slice(known.length);
    for (const migration of pending) await applyMigration(transaction, migration);
    return { applied: pending.map(({ name }) => name), version: migrations.length };
  });
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
  if (known.length > migrations.length) {
    throw new TaskwireError(
      'schema_too_new',
      `The database is at schema version ${known.length}, this taskwire knows ${migrations.length}; upgrade it`,
    );
  }
  known.forEach((applied, index) => {
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
      await transaction.query({ name: `${migration.name}:${index}`, sql });
    }
  } catch (error) {
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
