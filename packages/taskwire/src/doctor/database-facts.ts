import { type Database, inspectPartitions, inspectSchema, type PartitionsDue } from '@taskwire/listener';
import type { Settings } from '@taskwire/protocol';

/** What the database says of itself. */
export interface DatabaseFacts {
  readonly kind: Database['kind'];
  readonly server: ServerFacts;
  readonly pendingMigrations: readonly string[];
  readonly unknownMigrations: readonly string[];
  /** Null where there are no tables yet. */
  readonly partitions: PartitionsDue | null;
  readonly nowMs: number;
}

export interface ServerFacts {
  readonly version_number: number;
  readonly version: string;
  readonly encoding: string;
  readonly synchronous_commit: string;
  readonly fsync: boolean;
  readonly full_page_writes: boolean;
  readonly autovacuum: boolean;
  readonly in_recovery: boolean;
  readonly read_only: boolean;
  readonly may_create: boolean;
  readonly connections: number;
  readonly connections_max: number;
  /** Of the oldest open transaction of anybody, s; 0 where there is none. */
  readonly oldest_transaction_s: number;
  /** Dead rows of task_requests for each living one; null where there is no such table. */
  readonly dead_rows: number | null;
  readonly living_rows: number | null;
}

const SERVER = {
  name: 'doctor_server',
  sql: `SELECT
    current_setting('server_version_num')::integer AS version_number,
    current_setting('server_version') AS version,
    current_setting('server_encoding') AS encoding,
    current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('fsync')::boolean AS fsync,
    current_setting('full_page_writes')::boolean AS full_page_writes,
    current_setting('autovacuum')::boolean AS autovacuum,
    pg_is_in_recovery() AS in_recovery,
    current_setting('transaction_read_only')::boolean AS read_only,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
    (SELECT count(*)::integer FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
      AS connections_max,
    coalesce((SELECT extract(epoch FROM max(now() - xact_start))::double precision
      FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()), 0)
      AS oldest_transaction_s,
    (SELECT n_dead_tup::double precision FROM pg_stat_user_tables WHERE relid = to_regclass('task_requests')) AS dead_rows,
    (SELECT n_live_tup::double precision FROM pg_stat_user_tables WHERE relid = to_regclass('task_requests')) AS living_rows`,
};

/** @throws TaskwireError `database_unavailable` */
export async function readDatabaseFacts(
  database: Database,
  { retentionDays, partitions: kind }: Pick<Settings, 'retentionDays' | 'partitions'>,
): Promise<DatabaseFacts> {
  const schema = await inspectSchema(database);
  const [server] = await database.query<ServerFacts>(SERVER);
  if (server === undefined) throw new Error('the database answered nothing');
  const [tables] = await database.query<{ readonly exist: boolean }>({
    name: 'doctor_tables',
    sql: `SELECT to_regclass('task_logs') IS NOT NULL AS exist`,
  });
  const nowMs = Date.now();
  const when = { nowMs, forgetAtMs: nowMs, retentionDays, kind };
  return {
    kind: database.kind,
    server,
    pendingMigrations: schema.pending,
    unknownMigrations: schema.unknown,
    partitions: tables?.exist === true ? await inspectPartitions(database, when) : null,
    nowMs,
  };
}

/** ms since 1970, by the clock of the database. */
export async function databaseTimeMs(database: Database): Promise<number> {
  const [row] = await database.query<{ readonly ms: number }>({
    name: 'doctor_time',
    sql: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS ms',
  });
  return row?.ms ?? Number.NaN;
}
