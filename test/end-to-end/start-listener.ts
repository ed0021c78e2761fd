import {
  createSilentTaskRepository,
  createTaskStatusListener,
  createTaskStatusService,
  type Database,
  migrate,
  openPostgres,
  type ReconcilerWish,
  type SignatureCheck,
  type TaskStatusListener,
} from '@taskwire/listener';
import type { RedisNames } from '@taskwire/protocol';

export interface RunningListener extends AsyncDisposable {
  readonly database: Database;
  readonly listener: TaskStatusListener;
  /** From when on the history is kept, ms since 1970. */
  readonly earliestMs: number;
  /** One number, such as `count('task_logs')`. */
  count(from: string): Promise<number>;
}

/** A listener in this process, on a database that it migrates. */
export async function startListener(options: {
  readonly redisUrl: string;
  readonly names: RedisNames;
  readonly databaseUrl: string;
  /** Default: they are not looked at. */
  readonly signatures?: SignatureCheck;
  /** Default: nothing is reconciled. */
  readonly reconciler?: (database: Database) => Omit<ReconcilerWish, 'silentTasks'>;
}): Promise<RunningListener> {
  const database = openPostgres({ url: options.databaseUrl });
  await migrate(database);
  const { signatures } = options;
  const service = createTaskStatusService(database, signatures && { signatures });
  await service.maintain();
  const listener = createTaskStatusListener({
    redisUrl: options.redisUrl,
    names: options.names,
    database,
    service,
    ...(signatures && { signatures }),
    ...(options.reconciler === undefined
      ? {}
      : {
          reconciler: { silentTasks: createSilentTaskRepository(database), ...options.reconciler(database) },
        }),
  });
  await listener.start();
  return {
    database,
    listener,
    earliestMs: service.earliestMs(),
    count: async (from) => {
      const sql = `SELECT count(*)::integer AS count FROM ${from}`;
      const [row] = await database.query<{ readonly count: number }>({ name: '', sql });
      return row?.count ?? 0;
    },
    [Symbol.asyncDispose]: async () => {
      await listener.stop();
      await database.close();
    },
  };
}
