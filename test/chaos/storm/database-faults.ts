import { setTimeout as lasts } from 'node:timers/promises';
import { keepDatabase, TABLES, takeDatabaseBack } from '../back-in-time.ts';
import type { Battlefield } from '../battlefield.ts';
import type { Fault, Faults } from './fault.ts';

const terminateListeners = (field: Battlefield) =>
  field.postgres.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'chaos-%'`,
  );

/** A setting of the database that counts for new sessions, so the old ones are ended. */
const set =
  (what: string, back: string): Fault =>
  async ({ field }, _at, ms) => {
    const database = new URL(field.databaseUrl).pathname.slice(1);
    for (const setting of [what, back]) {
      await field.postgres.query(`ALTER DATABASE ${database} ${setting}`);
      await terminateListeners(field);
      await lasts(setting === what ? ms : 0);
    }
  };

/** After it, publishers have to be told before they may end. */
export const BACK_IN_TIME = 'take it back in time';

export const databaseFaults: Faults = {
  'restart it at once': async ({ field }) => field.postgres.restart('immediate'),
  'kill it': async ({ field }, _at, ms) => {
    await field.postgres.kill();
    await lasts(ms);
    await field.postgres.start();
  },
  'freeze it': async ({ field }, _at, ms) => {
    field.postgres.freeze();
    await lasts(ms * 2);
    field.postgres.thaw();
  },
  'cut its connections, again and again': async ({ field }, at) => {
    for (let time = 0; time < Math.ceil(10 * at); time++) {
      await terminateListeners(field);
      await lasts(50);
    }
  },
  'make it read-only': set(
    'SET default_transaction_read_only = on',
    'SET default_transaction_read_only = off',
  ),
  'leave it no connections': set('CONNECTION LIMIT 0', 'CONNECTION LIMIT -1'),
  'lock a table': async ({ field }, at, ms) => {
    const table = TABLES[Math.floor(at * TABLES.length)];
    const held = `BEGIN; LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(${ms / 1_000}); COMMIT`;
    await field.postgres.query(held, [], field.databaseUrl);
  },
  'lock the rows of open tasks': async ({ field }, _at, ms) => {
    // Those that nobody holds: one that waits for rows while it has others could be what a deadlock is ended with.
    const rows = `SELECT count(*) FROM (SELECT 1 FROM task_requests WHERE status = 'RUNNING' FOR UPDATE SKIP LOCKED) AS locked`;
    await field.postgres.query(
      `BEGIN; ${rows}; SELECT pg_sleep(${ms / 1_000}); COMMIT`,
      [],
      field.databaseUrl,
    );
  },
  [BACK_IN_TIME]: async ({ field }, _at, ms) => {
    await keepDatabase(field);
    await lasts(ms);
    await takeDatabaseBack(field);
  },
};
