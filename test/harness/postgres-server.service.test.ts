import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { startPostgres } from './postgres-server.ts';

test('a PostgreSQL keeps what was committed through a kill, an immediate restart and a stop', async () => {
  await using postgres = await startPostgres();
  const url = await postgres.createDatabase();
  await postgres.query('create table kept (number int)', [], url);

  for (const interrupt of [postgres.kill, () => postgres.restart('immediate'), () => postgres.stop()]) {
    await postgres.query('insert into kept values (1)', [], url);
    await interrupt();
    await postgres.start();
  }

  assert.deepEqual(await postgres.query('select count(*)::int as count from kept', [], url), [{ count: 3 }]);
});

test('databases belong to a role that is no superuser, and commits are synchronous', async () => {
  await using postgres = await startPostgres({ settings: { max_connections: '7' } });
  const client = new pg.Client({ connectionString: await postgres.createDatabase() });
  await client.connect();

  const { rows } = await client.query(
    `select usesuper as superuser, current_setting('synchronous_commit') as commit,
            current_setting('max_connections') as connections from pg_user where usename = current_user`,
  );
  await client.end();

  assert.deepEqual(rows, [{ superuser: false, commit: 'on', connections: '7' }]);
});

test('a frozen PostgreSQL answers on an open connection only after it is thawed', async () => {
  await using postgres = await startPostgres();
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  postgres.freeze();
  let answered = false;
  const answer = client.query('select 1').then(() => {
    answered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(answered, false);

  postgres.thaw();
  await answer;
  await client.end();
});
