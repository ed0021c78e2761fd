import { eventIdTimeMs } from '@taskwire/protocol';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { createPartitionSql, type Partition, type PartitionKind, planPartitions } from './partition-plan.ts';

export interface PartitionOptions {
  readonly nowMs: number;
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

/**
 * Creates the parts of the history that are due and drops those beyond the retention, without ever waiting for, or
 * keeping waiting, the batches that are written meanwhile: a part is detached concurrently, then dropped.
 * @returns the time (ms since 1970) from which on the history is kept: where the oldest part begins
 */
export async function maintainPartitions(database: Database, options: PartitionOptions): Promise<number> {
  const session = await database.session();
  try {
    await session.query({ name: 'lock_partitions', sql: `SELECT pg_advisory_lock(${PARTITION_LOCK})` });
    const list = loadStatement('list_partitions');
    const rows = await session.query<PartitionRow>(list);
    for (const row of rows) {
      // Left behind by a maintenance that was interrupted.
      if (row.detach_pending) await execute(`ALTER TABLE task_logs DETACH PARTITION ${row.name} FINALIZE`);
      if (row.detach_pending || !row.attached) await execute(`DROP TABLE IF EXISTS ${row.name}`);
    }
    const plan = planPartitions(partitionsOf(rows), options);
    for (const partition of plan.create) await execute(createPartitionSql(partition));
    const concurrently = database.kind === 'postgres' ? ' CONCURRENTLY' : '';
    for (const { name } of plan.drop) {
      await execute(`ALTER TABLE task_logs DETACH PARTITION ${name}${concurrently}`);
      await execute(`DROP TABLE ${name}`);
    }
    const kept = partitionsOf(await session.query<PartitionRow>(list));
    return Math.min(...kept.map(({ fromMs }) => fromMs));
  } finally {
    await session
      .query({ name: 'unlock_partitions', sql: `SELECT pg_advisory_unlock(${PARTITION_LOCK})` })
      .catch(() => {});
    await session.release();
  }

  async function execute(sql: string): Promise<void> {
    await session.query({ name: '', sql });
  }
}

function partitionsOf(rows: readonly PartitionRow[]): readonly Partition[] {
  return rows
    .filter((row) => row.attached && !row.detach_pending)
    .flatMap((row) => {
      const bounds = row.bounds?.match(/FROM \('([0-9a-f-]{36})'\) TO \('([0-9a-f-]{36})'\)/);
      const [, from, to] = bounds ?? [];
      if (from === undefined || to === undefined) return [];
      return [{ name: row.name, fromMs: eventIdTimeMs(from), toMs: eventIdTimeMs(to) }];
    });
}
