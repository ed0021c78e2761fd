import { Redis } from 'ioredis';
import pg from 'pg';
import { databasePrefix, redisPrefix } from './test-run.ts';

/** Drops the databases that this run created in the server of `url`, and only those. */
export async function dropDatabasesOfRun(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [databasePrefix()],
    );
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  } finally {
    await client.end();
  }
}

/** Deletes the keys that this run created in the Redis of `url`, and only those. */
export const deleteRedisKeysOfRun = (url: string): Promise<void> => deleteRedisKeys(url, redisPrefix());

export async function deleteRedisKeys(url: string, prefix: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => null, lazyConnect: true });
  client.on('error', () => {}); // The awaited calls below throw it.
  try {
    await client.connect();
    for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if (keys.length > 0) await client.unlink(...keys);
    }
  } finally {
    client.disconnect();
  }
}
