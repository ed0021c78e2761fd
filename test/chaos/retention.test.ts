import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { createTaskStatusService, openPostgres, type TaskStatusService } from '@taskwire/listener';
import { eventIdFloor, formatTimestamp, STREAM_FIELDS } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';
import pg from 'pg';
import { buildEvent, inBatch, uuidAt } from '../../packages/listener/test/build-event.ts';
import { wireEvent } from '../../packages/listener/test/wire-event.ts';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { PATIENCE_MS, promised } from './patience.ts';

const DAY_MS = 86_400_000;
/** Older than 90 days and the month that those end in. */
const OLD_DAYS = [130, 170, 210, 250, 300, 350];

/** PostgreSQL itself says which statement of whom waited for a lock for more than a second, on a machine with time to spare. */
const SAY_LONG_WAITS = {
  log_lock_waits: 'on',
  deadlock_timeout: `${promised(1_000)}ms`,
  log_line_prefix: '%m [%p] %a: ',
};

it('F29: dropping and making parts of the history under load keeps no batch waiting, even while somebody reads it all', async (t) => {
  await using field = await prepareBattlefield({ postgres: { settings: SAY_LONG_WAITS } });
  await field.startListener({ TASKWIRE_RETENTION_DAYS: '400' });
  await using database = openPostgres({ url: field.databaseUrl });
  const keeping = (retentionDays: number) => createTaskStatusService(database, { retentionDays });
  await keeping(400).apply({ events: OLD_DAYS.map((days) => inBatch(oldEvent(days))), deadLetters: [] });
  const [{ parts: before, old }] = await history(field);
  assert.equal(old, OLD_DAYS.length);
  await field.startPublishers(3, { eventsPerS: 300 });
  await field.progress(500);

  t.diagnostic(`dropping beside a reader: ${await besideReader(field, keeping(90))}`);
  assert.equal((await history(field))[0].old, 0, 'the old parts are gone');
  t.diagnostic(`making beside a reader: ${await besideReader(field, keeping(700))}`);
  assert.ok((await history(field))[0].parts > before, 'more parts than at first');

  await assertClean(field);
  const waits = readFileSync(path.join(field.postgres.directory, 'postgres.log'), 'utf8')
    .split('\n')
    .filter((line) => /\] chaos-\d+: .*still waiting for/.test(line));
  assert.deepEqual(waits, [], 'no batch waited for a lock for more than a second');
});

it('F29: a late copy of an event whose part was dropped is refused as expired, and is not new again', async () => {
  await using field = await prepareBattlefield();
  await using database = openPostgres({ url: field.databaseUrl });
  const copy = () =>
    field.redis.command('XADD', field.names.stream, '*', STREAM_FIELDS.event, JSON.stringify(LATE));
  await field.startPublisher({ slot: 0, eventsPerS: 200 });

  // This one knows only of the retention of when it started; the database refuses the copy.
  const unaware = await field.startListener({ TASKWIRE_RETENTION_DAYS: '400' });
  await copy();
  await waitUntil(async () => (await history(field))[0].old === 1, {
    what: 'the event, for the first time',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });
  await createTaskStatusService(database, { retentionDays: 90 }).maintain();
  await copy();
  await refusedAsExpired(field);
  await unaware.stop();

  // This one knows, and refuses it before the database has to.
  await field.startListener({ TASKWIRE_RETENTION_DAYS: '90' });
  await copy();
  await refusedAsExpired(field);
  await assertClean(field);
});

/** Maintains while a transaction reads the whole history, as a backup does, and events arrive; and again after it. */
async function besideReader(field: Battlefield, service: TaskStatusService): Promise<string> {
  const reader = new pg.Client({ connectionString: field.databaseUrl });
  reader.on('error', () => {}); // It may be open still when PostgreSQL ends.
  await reader.connect();
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await reader.query('SELECT count(*) FROM task_logs');
  const maintained = service.maintain();
  await field.progress(2_700);
  const putOff = await maintained;
  await field.progress(300);
  await reader.query('COMMIT');
  await reader.end();
  assert.equal(await service.maintain(), null);
  return putOff ?? 'done';
}

const oldEvent = (days: number) => {
  const ms = Date.now() - days * DAY_MS;
  return buildEvent({
    status: 'SUCCESS',
    task_request_id: `old-${days}`,
    event_id: uuidAt(ms),
    event_time_us: ms * 1000,
  });
};

const LATE = wireEvent({
  status: 'SUCCESS',
  task_request_id: 'old-late',
  event_id: uuidAt(Date.now() - 200 * DAY_MS),
  timestamp: formatTimestamp((Date.now() - 200 * DAY_MS) * 1000),
});

/** How many parts there are, and how many events of old tasks. */
async function history(field: Battlefield) {
  const rows = await field.postgres.query<{ parts: number; old: number }>(
    `SELECT (SELECT count(*)::integer FROM pg_inherits WHERE inhparent = 'task_logs'::regclass) AS parts,
            (SELECT count(*)::integer FROM task_logs WHERE event_id < '${eventIdFloor(Date.now() - 125 * DAY_MS)}') AS old`,
    [],
    field.databaseUrl,
  );
  return rows as readonly [{ readonly parts: number; readonly old: number }];
}

async function refusedAsExpired(field: Battlefield): Promise<void> {
  const letters = await waitUntil(
    async () => {
      const sql = 'DELETE FROM dead_letters RETURNING reason, task_request_id';
      const gone = await field.postgres.query(sql, [], field.databaseUrl);
      return gone.length > 0 && gone;
    },
    { what: 'the dead letter of a late copy', timeoutMs: PATIENCE_MS, pollMs: 50 },
  );
  assert.deepEqual(letters, [{ reason: 'expired', task_request_id: 'old-late' }]);
  assert.equal((await history(field))[0].old, 0);
}
