import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres } from './postgres-server.ts';
import { startRedis } from './redis-server.ts';
import { databasePrefix, testRunId } from './test-run.ts';

// The services that the tests of a run share. Whoever runs the tests may name his own by REDIS_URL and DATABASE_URL;
// otherwise the run's global set-up starts a pair for all files, and a file that is run alone starts its own.
let redisUrl: Promise<string> | undefined;
let databaseServerUrl: Promise<string> | undefined;

/** A Redis for tests that use {@link isolatedRedisNames} and neither stop, fill nor empty it. */
export function sharedRedisUrl(): Promise<string> {
  redisUrl ??= findRedis();
  return redisUrl;
}

/** The URL of a new, empty database; it is dropped at the end of the run. */
export async function freshDatabaseUrl(): Promise<string> {
  databaseServerUrl ??= findDatabaseServer();
  return createDatabaseIn(await databaseServerUrl, `${databasePrefix()}${randomBytes(6).toString('hex')}`);
}

async function findRedis(): Promise<string> {
  const named = process.env.TEST_REDIS_URL ?? process.env.REDIS_URL;
  if (named === undefined) return (await startRedis()).url;
  sweepAtExit();
  return named;
}

async function findDatabaseServer(): Promise<string> {
  const named = process.env.TEST_DATABASE_URL ?? process.env.DATABASE_URL;
  if (named === undefined) return (await startPostgres()).applicationUrl;
  sweepAtExit();
  return named;
}

async function createDatabaseIn(server: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

/** A file that is run alone leaves nothing in services that were there before; in a run, the global tear-down sweeps. */
function sweepAtExit(): void {
  if (process.env.TEST_SWEEPER !== undefined) return;
  process.env.TEST_SWEEPER = String(process.pid);
  testRunId();
  process.once('exit', () => {
    spawnSync(process.execPath, [fileURLToPath(new URL('sweep-main.ts', import.meta.url))], {
      stdio: 'inherit',
    });
  });
}
