import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { sharePostgresTemplate } from './postgres-template.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { deleteRedisKeysOfRun, dropDatabasesOfRun } from './sweep.ts';
import { testRunId } from './test-run.ts';

/**
 * For `node --test --test-global-setup`: one Redis and one PostgreSQL for all test files of the run, whose processes
 * inherit the addresses set here. What the caller named by REDIS_URL and DATABASE_URL is used instead, and swept.
 */
let redis: RedisServer | undefined;
let postgres: PostgresServer | undefined;

export async function globalSetup(): Promise<void> {
  const { env } = process;
  testRunId();
  env.TEST_SWEEPER = String(process.pid);
  if (env.REDIS_URL === undefined) redis = await startRedis();
  if (env.DATABASE_URL === undefined) {
    await sharePostgresTemplate();
    postgres = await startPostgres();
  }
  env.TEST_REDIS_URL = redis?.url ?? env.REDIS_URL;
  env.TEST_DATABASE_URL = postgres?.applicationUrl ?? env.DATABASE_URL;
}

export async function globalTeardown(): Promise<void> {
  const { REDIS_URL, DATABASE_URL } = process.env;
  if (REDIS_URL !== undefined) await deleteRedisKeysOfRun(REDIS_URL);
  if (DATABASE_URL !== undefined) await dropDatabasesOfRun(DATABASE_URL);
  await redis?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
}
