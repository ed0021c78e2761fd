import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freshDatabaseUrl } from '@taskwire/test-harness';
import { auditConformance } from '../../test/audit-conformance.ts';
import { hostileConformance } from '../../test/hostile-conformance.ts';
import { listConformance } from '../../test/list-conformance.ts';
import { assertMergesAgree } from '../../test/merge-agreement.ts';
import { retentionConformance } from '../../test/retention-conformance.ts';
import { statsConformance } from '../../test/stats-conformance.ts';
import { storeConformance } from '../../test/store-conformance.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { createTaskStatusService } from './task-status-service.ts';

storeConformance('PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }));
hostileConformance('PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }));
retentionConformance('PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }));
auditConformance('PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }));
statsConformance('PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }));
listConformance('PostgreSQL', async () => openPostgres({ url: await freshDatabaseUrl() }));

it('says of a PostgreSQL that is not there that it is worth trying again', async () => {
  await using database = openPostgres({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
  await assert.rejects(migrate(database), { code: 'database_unavailable', retryable: true });
  const service = createTaskStatusService(database);
  await assert.rejects(service.maintain(), { code: 'database_unavailable', retryable: true });
});

it('refuses a PostgreSQL that would forget what it has committed', async () => {
  const url = await freshDatabaseUrl();
  await using before = openPostgres({ url });
  await before.script(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET synchronous_commit = off`);
  await using database = openPostgres({ url });
  await assert.rejects(migrate(database), { code: 'database_unsuitable', message: /synchronous_commit/ });
});

it('merges 5,000 generated histories on PostgreSQL as the pure code does', async () => {
  await using database = openPostgres({ url: await freshDatabaseUrl() });
  await assertMergesAgree(database, 5_000, 20_261_124);
});

it('keeps the connection of a statement that was refused, and gives up that of one that was ended', async () => {
  await using database = openPostgres({ url: await freshDatabaseUrl(), connectionsMax: 1 });
  const ask = { name: 'which_connection', sql: 'SELECT pg_backend_pid() AS pid' };
  const connection = async () => (await database.query<{ readonly pid: number }>(ask))[0]?.pid;
  const first = await connection();

  await assert.rejects(database.query({ name: 'refused', sql: 'SELECT 1 / 0' }), { code: '22012' });
  assert.equal(await connection(), first);

  const end = { name: 'end_yourself', sql: 'SELECT pg_terminate_backend(pg_backend_pid())' };
  await assert.rejects(database.query(end), { code: '57P01' });
  assert.notEqual(await connection(), first);
});

it('writes while readers have taken all connections that there are for them', async () => {
  await using database = openPostgres({ url: await freshDatabaseUrl(), connectionsMax: 1 });
  const reading = database.query({ name: 'read_long', sql: 'SELECT pg_sleep(60)' });
  const reader = assert.rejects(reading);
  const written = await database.writer.query({ name: 'write', sql: 'SELECT 1 AS done' });
  assert.deepEqual(written, [{ done: 1 }]);
  const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%'";
  await database.writer.query({ name: 'end_readers', sql: `${end} AND pid <> pg_backend_pid()` });
  await reader;
});

it('waits for a statement as long as that statement may take', async () => {
  await using database = openPostgres({ url: await freshDatabaseUrl() });
  const sleep = { name: 'sleep', sql: 'SELECT pg_sleep(5)' };
  const startedAt = performance.now();
  await assert.rejects(database.query({ ...sleep, timeoutMs: 50 }), { message: 'Query read timeout' });
  assert.ok(performance.now() - startedAt < 5_000);
});
