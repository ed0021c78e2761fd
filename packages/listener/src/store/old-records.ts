import { textArray } from './array-literal.ts';
import type { Database } from './database.ts';
import { databaseNowMs } from './database-time.ts';
import { loadStatement } from './load-statement.ts';

const DAY_MS = 86_400_000;

/** So many records go in one statement: some ten ms of the database's time. */
const STEP_RECORDS = 1_000;

/** Forgets records that are older than the retention, in small steps that never wait for a batch, nor keep one waiting. */
export interface OldRecords {
  /**
   * One step: finished tasks, dead letters, workers, entries of the audit log, figures.
   * @returns how many it was; 0 where none is left
   */
  collect(): Promise<number>;
  /** Some of the publishers that were closed or fell silent before that. */
  publishers(): Promise<readonly string[]>;
  /** @returns how many were forgotten: those among `ids` that have not come back */
  forgetPublishers(ids: readonly string[]): Promise<number>;
}

/** @param clock ms since 1970 */
export function createOldRecords(
  database: Pick<Database, 'query'>,
  retentionDays: number,
  clock: () => number,
): OldRecords {
  const collections = [
    'collect_task_requests',
    'collect_dead_letters',
    'collect_workers',
    'collect_audit_log',
    'collect_stats',
  ].map((name) => loadStatement(name));
  const oldPublishers = loadStatement('old_publishers');
  const forgetPublishers = loadStatement('forget_publishers');
  /** By the earlier of two clocks: one that is wrong would take what is needed. */
  const beforeMs = async (): Promise<number> =>
    Math.min(clock(), await databaseNowMs(database)) - retentionDays * DAY_MS;
  const count = async (...query: Parameters<typeof database.query>): Promise<number> => {
    const [row] = await database.query<{ readonly count: number }>(...query);
    return row?.count ?? 0;
  };
  return {
    collect: async () => {
      const before = await beforeMs();
      let collected = 0;
      for (const statement of collections) collected += await count(statement, [before, STEP_RECORDS]);
      return collected;
    },
    publishers: async () => {
      const rows = await database.query<{ readonly publisher_id: string }>(oldPublishers, [
        await beforeMs(),
        STEP_RECORDS,
      ]);
      return rows.map(({ publisher_id }) => publisher_id);
    },
    forgetPublishers: async (ids) => count(forgetPublishers, [await beforeMs(), textArray(ids)]),
  };
}
