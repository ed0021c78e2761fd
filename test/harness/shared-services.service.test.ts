import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import pg from 'pg';
import { isolatedRedisNames } from './redis-names.ts';
import { freshDatabaseUrl, sharedRedisUrl } from './shared-services.ts';
import { deleteRedisKeys } from './sweep.ts';

async function databaseOf(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select current_database() as name');
  await client.end();
  return rows[0]?.name;
}

test('each call gives another database, empty and reachable', async () => {
  const [one, other] = await Promise.all([freshDatabaseUrl(), freshDatabaseUrl()]);

  assert.equal(await databaseOf(one), new URL(one).pathname.slice(1));
  assert.notEqual(await databaseOf(one), await databaseOf(other));
});

test('the sweep of a shared Redis deletes the keys under its prefix and no others', async () => {
  const url = await sharedRedisUrl();
  assert.equal(await sharedRedisUrl(), url);
  const client = new Redis(url);
  const { prefix, stream: ours } = isolatedRedisNames();
  const foreign = `somebody-elses-${ours}`;
  await client.set(ours, '1');
  await client.set(foreign, '1');

  await deleteRedisKeys(url, prefix);

  assert.deepEqual([await client.exists(ours), await client.exists(foreign)], [0, 1]);
  await client.del(foreign);
  client.disconnect();
});
