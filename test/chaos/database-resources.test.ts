import path from 'node:path';
import { it } from 'node:test';
import { type StartedProcess, waitUntil } from '@taskwire/test-harness';
import pg from 'pg';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { observeListener, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';
import { fillDisk, freeDisk, whyNoSmallDisk, withSmallDisk } from './small-disk.ts';

it('F15: says that the disk of PostgreSQL is full, holds what comes, and goes on when there is room again', {
  skip: whyNoSmallDisk(),
}, async () => {
  await using field = await prepareBattlefield({
    postgres: { wrapper: withSmallDisk('disk', 65_536) },
    createDatabase: async (postgres) => {
      await postgres.query(`CREATE TABLESPACE small LOCATION '${path.join(postgres.directory, 'disk')}'`);
      const url = await postgres.createDatabase();
      await postgres.query(`ALTER DATABASE ${databaseOf(url)} SET TABLESPACE small`);
      return url;
    },
  });
  const listener = await underLoad(field);
  const disk = path.join(field.postgres.directory, 'disk');

  fillDisk(field.postgres.pid, disk);
  await databaseSays(listener, /its disk is full \(SQLSTATE 53100\)/);
  await publishersGoOn(field);
  freeDisk(field.postgres.pid, disk);

  await goesOn(field, listener);
  await assertClean(field);
});

it('F15: says that PostgreSQL has no free connections, holds what comes, and goes on when there are some', async () => {
  await using field = await prepareBattlefield({ postgres: { settings: { max_connections: '25' } } });
  const listener = await underLoad(field);
  const hoarders: pg.Client[] = [];
  const hoard = async (): Promise<void> => {
    for (;;) {
      const client = new pg.Client({ connectionString: field.databaseUrl });
      client.on('error', () => {});
      try {
        await client.connect();
        hoarders.push(client);
      } catch {
        return;
      }
    }
  };

  await waitUntil(
    async () => {
      // The listener takes part in the race for those that become free.
      await terminateListeners(field);
      await hoard();
      if ((await countListeners(field)) > 0) return false;
      // Those that were ended may have kept their places until now.
      const held = hoarders.length;
      await hoard();
      return hoarders.length === held && (await countListeners(field)) === 0;
    },
    { what: 'a listener without any connection', timeoutMs: PATIENCE_MS },
  );
  await databaseSays(listener, /it has no free connections \(SQLSTATE 53300\)/);
  await publishersGoOn(field);
  await Promise.all(hoarders.map((client) => client.end()));

  await goesOn(field, listener);
  await assertClean(field);
});

it('F15: says so too where nothing is to be written, as soon as it notices', async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  await field.postgres.query(`ALTER DATABASE ${databaseOf(field.databaseUrl)} CONNECTION LIMIT 0`);
  // Each time: a connection that had its place already when the limit came may show itself only now.
  await databaseSays(listener, /it has no free connections \(SQLSTATE 53300\)/, () =>
    terminateListeners(field),
  );
  await field.postgres.query(`ALTER DATABASE ${databaseOf(field.databaseUrl)} CONNECTION LIMIT -1`);
  await isWell(listener);
});

it('F15: says that PostgreSQL is read-only, holds what comes, and goes on when it is not', async () => {
  await using field = await prepareBattlefield();
  const listener = await underLoad(field);
  const setReadOnly = async (value: string) => {
    await field.postgres.query(
      `ALTER DATABASE ${databaseOf(field.databaseUrl)} SET default_transaction_read_only = ${value}`,
    );
    await terminateListeners(field);
  };

  await setReadOnly('on');
  await databaseSays(listener, /it is read-only \(SQLSTATE 25006\)/);
  await publishersGoOn(field);
  await setReadOnly('off');

  await goesOn(field, listener);
  await assertClean(field);
});

it('F16: commits the events of other tasks while somebody keeps the row of one task locked', async (t) => {
  await using field = await prepareBattlefield();
  const listener = await underLoad(field);
  const stranger = new pg.Client({ connectionString: field.databaseUrl });
  await stranger.connect();
  await waitUntil(() => lockRunningTasks(stranger, 3), {
    what: 'a running task of each publisher',
    timeoutMs: PATIENCE_MS,
  });

  const lockedAt = performance.now();
  await waitToSee(
    () => observeListener(listener),
    ({ metrics }) => metrics.totals.locks_met > 0,
    'a batch that met the lock',
  );
  await databaseSays(listener, /something else holds a lock \(SQLSTATE 55P03\)/);
  // Most of this was published after the lock was met.
  await field.progress(5_000);
  t.diagnostic(`5,000 other events passed within ${Math.round(performance.now() - lockedAt)} ms of the lock`);
  await stranger.query('ROLLBACK');
  await stranger.end();

  await goesOn(field, listener);
  await assertClean(field);
});

/**
 * One task of each publisher that is not at its end: more of its events are still to come. A row that changed before it
 * was locked is looked at again.
 */
async function lockRunningTasks(client: pg.Client, count: number): Promise<boolean> {
  await client.query('BEGIN');
  const { rows } = await client.query(
    `SELECT task_request_id FROM task_requests WHERE status = 'RUNNING' AND task_request_id IN (
       SELECT max(task_request_id) FROM task_requests WHERE status = 'RUNNING' GROUP BY worker_source
     ) FOR UPDATE`,
  );
  if (rows.length === count) return true;
  await client.query('ROLLBACK');
  return false;
}

async function underLoad(field: Battlefield): Promise<StartedProcess> {
  const listener = await field.startListener();
  await field.startPublishers(3, { eventsPerS: 200 });
  await field.progress(300);
  return listener;
}

const terminateListeners = (field: Battlefield) =>
  field.postgres.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'chaos-%'`,
  );

async function countListeners(field: Battlefield): Promise<number> {
  const [row] = await field.postgres.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE application_name LIKE 'chaos-%'`,
  );
  return row?.count ?? 0;
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1);

/**
 * Waits until the health of the listener says this of its database.
 * @param provoke done before each look
 */
async function databaseSays(
  listener: StartedProcess,
  words: RegExp,
  provoke: () => Promise<unknown> = async () => {},
): Promise<void> {
  await waitToSee(
    async () => {
      await provoke();
      return observeListener(listener);
    },
    ({ health }) =>
      health.parts.some(
        ({ part, state, detail }) => part === 'database' && state !== 'ok' && words.test(detail),
      ),
    String(words),
  );
}

/** The database being away is nothing that a worker notices. */
async function publishersGoOn(field: Battlefield): Promise<void> {
  const before = field.ledger().accepted.size;
  await waitUntil(() => field.ledger().accepted.size > before + 1_000, {
    what: 'publishers that go on',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });
}

async function goesOn(field: Battlefield, listener: StartedProcess): Promise<void> {
  await field.progress(1_000);
  await isWell(listener);
}

async function isWell(listener: StartedProcess): Promise<void> {
  await waitToSee(
    () => observeListener(listener),
    ({ health }) => health.state === 'ok',
    'a listener that is well again',
  );
}
