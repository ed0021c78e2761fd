import { eventIdTimeMs } from '@taskwire/protocol';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { createPartitionSql, type Partition, type PartitionKind, planPartitions } from './partition-plan.ts';
import { LOCK_NOT_AVAILABLE, sqlStateOf } from './sql-state.ts';

export interface PartitionOptions {
  /** What is new is made by this, the database's time. */
  readonly nowMs: number;
  /** What is old is dropped by this: the earlier of two clocks, since one that is wrong would drop what is needed. */
  readonly forgetAtMs: number;
  readonly retentionDays: number;
  readonly kind: PartitionKind;
}

interface PartitionRow {
  readonly name: string;
  readonly bounds: string | null;
  readonly attached: boolean;
  readonly detach_pending: boolean;
}

/** Taken while parts are made or dropped, so that two replicas do not do it at once. */
const PARTITION_LOCK = 7_235_902;

/** A drop waits for whoever has begun to read what is dropped; so long, and then it is put off. */
const DROP_WAIT_MS_MAX = 2_000;

export interface PartitionsMaintained {
  /** ms since 1970 from which on the history is kept: where the oldest part begins. */
  readonly earliestMs: number;
  /** Why old parts are still there, in words; null where none is. */
  readonly putOff: string | null;
}

/**
 * Creates the parts of the history that are due and drops those beyond the retention, without keeping the batches
 * waiting that are written meanwhile. Where somebody reads the history for long, dropping is put off: it is not
 * urgent, unlike a part for the events of tomorrow.
 */
export async function maintainPartitions(
  database: Database,
  options: PartitionOptions,
): Promise<PartitionsMaintained> {
  const session = await database.session();
  const execute = (sql: string) => session.query({ name: '', sql });
  const list = loadStatement('list_partitions');
  try {
    await session.query({ name: 'lock_partitions', sql: `SELECT pg_advisory_lock(${PARTITION_LOCK})` });
    await execute(`SET lock_timeout = ${DROP_WAIT_MS_MAX}`);
    const found = await session.query<PartitionRow>(list);
    // What an interrupted maintenance left behind: made and not attached, or detached and not dropped.
    for (const { name, attached } of found) if (!attached) await execute(`DROP TABLE ${name}`);
    const pending = found.filter((row) => row.attached && row.detach_pending);
    const plan = planPartitions(partitionsOf(found), options);
    for (const partition of plan.create) {
      for (const sql of createPartitionSql(partition)) await execute(sql);
    }
    const putOff = await dropOld();
    const left = await session.query<PartitionRow>(list);
    const kept = partitionsOf(left.filter((row) => !row.detach_pending));
    return { earliestMs: Math.min(...kept.map(({ fromMs }) => fromMs)), putOff };

    async function dropOld(): Promise<string | null> {
      try {
        for (const { name } of pending) await drop(name, 'FINALIZE');
        const how = database.kind === 'postgres' ? 'CONCURRENTLY' : '';
        for (const { name } of plan.drop) {
          if (!pending.some((row) => row.name === name)) await drop(name, how);
        }
        return null;
      } catch (error) {
        if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
        return 'somebody has been reading the history for long, so old parts of it are not dropped yet';
      }
    }
  } finally {
    await session
      .query({ name: 'unlock_partitions', sql: `SELECT pg_advisory_unlock(${PARTITION_LOCK})` })
      .catch(() => {});
    await execute('RESET lock_timeout').catch(() => {});
    await session.release();
  }

  async function drop(name: string, how: string): Promise<void> {
    await execute(`ALTER TABLE task_logs DETACH PARTITION ${name} ${how}`);
    await execute(`DROP TABLE ${name}`);
  }
}

export interface PartitionsDue {
  /** Names of parts that are to be made, and of those that are to be dropped. */
  readonly create: readonly string[];
  readonly drop: readonly string[];
  /** Up to where there are parts, ms since 1970; null where there is none. */
  readonly coveredUntilMs: number | null;
}

/** What maintenance would do now, without doing it. */
export async function inspectPartitions(
  database: Pick<Database, 'query'>,
  options: PartitionOptions,
): Promise<PartitionsDue> {
  const existing = partitionsOf(await database.query<PartitionRow>(loadStatement('list_partitions')));
  const { create, drop } = planPartitions(existing, options);
  return {
    create: create.map(({ name }) => name),
    drop: drop.map(({ name }) => name),
    coveredUntilMs: existing.length === 0 ? null : Math.max(...existing.map(({ toMs }) => toMs)),
  };
}

function partitionsOf(rows: readonly PartitionRow[]): readonly Partition[] {
  return rows
    .filter((row) => row.attached)
    .flatMap((row) => {
      const bounds = row.bounds?.match(/FROM \('([0-9a-f-]{36})'\) TO \('([0-9a-f-]{36})'\)/);
      const [, from, to] = bounds ?? [];
      if (from === undefined || to === undefined) return [];
      return [{ name: row.name, fromMs: eventIdTimeMs(from), toMs: eventIdTimeMs(to) }];
    });
}
