import type { CurrentTaskState } from '@taskwire/protocol';
import { plainArray, textArray } from './array-literal.ts';
import type { Database, Statement } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { databaseUnavailable } from './sql-state.ts';

/** Which transactions had been committed at one moment: all below `xmax` but those that were still running. */
export interface CommitSnapshot {
  readonly xmax: number;
  /** Ascending. */
  readonly running: readonly number[];
}

/** What has been committed since a snapshot, and up to which one. */
export interface CommitsSince {
  /** The numbers of transactions mean something within one feed only. */
  readonly feed: string;
  readonly snapshot: CommitSnapshot;
  /** What this one has seen may be missing from `commits`. */
  readonly horizon: CommitSnapshot;
  /** Transactions that changed tasks; `isLarge`: which ones is not known. */
  readonly commits: readonly { readonly transaction: number; readonly isLarge: boolean }[];
}

/** Reads which commits changed which tasks. @throws TaskwireError `database_unavailable` from each function */
export interface CommitFeed {
  /** @param earlier null: only where the feed is now */
  since(earlier: CommitSnapshot | null, commitsMax: number): Promise<CommitsSince>;
  /** The rows, as they are now, of the tasks that these transactions changed; at most `tasksMax`. */
  changedBy(transactions: readonly number[], tasksMax: number): Promise<readonly CurrentTaskState[]>;
  /** The rows, as they are now, of those among these tasks that there are. */
  statesOf(taskRequestIds: readonly string[]): Promise<readonly CurrentTaskState[]>;
}

interface FeedRow {
  readonly feed: string;
  readonly snapshot: string;
  readonly horizon: string;
  readonly commits: readonly (readonly [transaction: number, isLarge: boolean])[];
}

export function createCommitFeed(database: Pick<Database, 'query'>): CommitFeed {
  const commitsSince = loadStatement('commits_since');
  const beginFeed = loadStatement('begin_commit_feed');
  const tasksChangedBy = loadStatement('tasks_changed_by');
  const changesOfTasks = loadStatement('changes_of_tasks');
  const read = async <Row>(statement: Statement, parameters: readonly unknown[]): Promise<readonly Row[]> => {
    try {
      return await database.query<Row>(statement, parameters);
    } catch (error) {
      throw databaseUnavailable(error);
    }
  };
  return {
    since: async (earlier, commitsMax) => {
      const parameters = [
        earlier === null ? null : String(earlier.xmax),
        plainArray(earlier?.running ?? []),
        commitsMax,
      ];
      for (;;) {
        const [row] = await read<FeedRow>(commitsSince, parameters);
        if (row !== undefined) {
          return {
            feed: row.feed,
            snapshot: parseCommitSnapshot(row.snapshot),
            horizon: parseCommitSnapshot(row.horizon),
            commits: row.commits.map(([transaction, isLarge]) => ({ transaction, isLarge })),
          };
        }
        await read(beginFeed, []);
      }
    },
    changedBy: (transactions, tasksMax) =>
      read<CurrentTaskState>(tasksChangedBy, [plainArray(transactions), tasksMax]),
    statesOf: (taskRequestIds) => read<CurrentTaskState>(changesOfTasks, [textArray(taskRequestIds)]),
  };
}

/** @param text as PostgreSQL writes a pg_snapshot: xmin:xmax:those between that are still running */
export function parseCommitSnapshot(text: string): CommitSnapshot {
  const [, xmax = '0', running = ''] = text.split(':');
  return { xmax: Number(xmax), running: running === '' ? [] : running.split(',').map(Number) };
}
