import type { Logger, RedisNames } from '@taskwire/protocol';
import { freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl } from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import type { TaskStatusListenerOptions } from '../src/listener-options.ts';
import type { Database } from '../src/store/database.ts';
import { migrate } from '../src/store/migrate.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { createTaskStatusService, type TaskStatusService } from '../src/store/task-status-service.ts';
import { createTaskStatusListener, type TaskStatusListener } from '../src/task-status-listener.ts';

/** A database and Redis names of a test's own, and listeners on them. */
export interface ListenerBed extends AsyncDisposable {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly names: RedisNames;
  readonly database: Database;
  readonly service: TaskStatusService;
  /** A replica that is stopped with the bed. Not started yet. */
  listener(wish?: Partial<TaskStatusListenerOptions>): TaskStatusListener;
  count(table: string): Promise<number>;
}

export interface ListenerBedWish {
  readonly redisUrl?: string;
  readonly databaseUrl?: string;
}

export async function layListenerBed(wish: ListenerBedWish = {}): Promise<ListenerBed> {
  const redisUrl = wish.redisUrl ?? (await sharedRedisUrl());
  const names = isolatedRedisNames();
  const redis = new Redis(redisUrl, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => {}); // Tests end the server on purpose.
  const database = openPostgres({ url: wish.databaseUrl ?? (await freshDatabaseUrl()) });
  await migrate(database);
  const service = createTaskStatusService(database);
  await service.maintain();
  const listeners: TaskStatusListener[] = [];
  return {
    redis,
    redisUrl,
    names,
    database,
    service,
    listener: (options = {}) => {
      const listener = createTaskStatusListener({
        redisUrl,
        names,
        database,
        service,
        logger: testLogger,
        claimIdleMs: 600,
        channelHoldMs: 100,
        ...options,
      });
      listeners.push(listener);
      return listener;
    },
    count: async (table) => {
      const sql = `SELECT count(*)::integer AS count FROM ${table}`;
      const [row] = await database.query<{ readonly count: number }>({ name: '', sql });
      return row?.count ?? 0;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(listeners.map((listener) => listener.stop()));
      redis.disconnect();
      await database.close();
    },
  };
}

/** Silent unless a test is being looked into: `TEST_LOG=1`. */
const say = (fields: object, message: string): void => {
  if (process.env.TEST_LOG !== undefined) console.log(message, fields);
};
const testLogger: Logger = { debug: say, info: say, warn: say, error: say };
