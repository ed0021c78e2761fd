import assert from 'node:assert/strict';
import { it } from 'node:test';
import { waitUntil } from '@taskwire/test-harness';
import { readEvents } from '../../packages/server/test/event-reader.ts';
import { assertClean, fieldUnderLoad } from './assert-clean.ts';
import {
  copyDatabaseFolder,
  keepDatabase,
  putDatabaseFolderBack,
  takeDatabaseBack,
  untilPublishersAreTold,
} from './back-in-time.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { rest } from './observe.ts';
import { PATIENCE_MS, promised } from './patience.ts';
import { entriesInHand, streamLength } from './stream-counts.ts';
import { startWebReplica } from './web-replica.ts';

it('F14: pauses while PostgreSQL restarts at once, and goes on by itself', async () => {
  await using field = await fieldUnderLoad();
  for (let time = 0; time < 3; time++) {
    await field.postgres.restart('immediate');
    await field.progress(200);
  }
  await assertClean(field);
});

it('F14: survives that all its back ends are terminated, again and again', async () => {
  await using field = await fieldUnderLoad();
  for (let time = 0; time < 10; time++) {
    await field.postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'chaos-%'`,
    );
    await field.progress(50);
  }
  await assertClean(field);
});

it('F14: holds everything while PostgreSQL is away, however many events come meanwhile', async () => {
  await using field = await fieldUnderLoad();
  await field.postgres.kill();
  const before = field.ledger().accepted.size;
  await new Promise((resolve) => setTimeout(resolve, 5_000)); // The fault itself lasts this long.
  assert.ok(field.ledger().accepted.size > before + 1_000, 'publishers go on while the database is away');
  const [waiting, inHand] = [await streamLength(field), await entriesInHand(field)];
  assert.ok(inHand < waiting / 2, `reading pauses, and ${inHand} of ${waiting} entries are in hand`);
  await field.postgres.start();
  await field.progress(1, promised(2_000));
  await field.progress(2_000);
  await assertClean(field);
});

it('F16: gets on with other tasks after a long lock on the rows, and loses nothing', async () => {
  await using field = await fieldUnderLoad();
  const locked = field.postgres.query(
    'BEGIN; LOCK TABLE task_requests IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT',
    undefined,
    field.databaseUrl,
  );
  await locked;
  await field.progress(500);
  await assertClean(field);
});

it('F35: gets the rest again when the database goes back in time', async () => {
  await using field = await fieldUnderLoad();
  await keepDatabase(field);
  await field.progress(500);
  await takeDatabaseBack(field);
  await untilPublishersAreTold(field);
  await assertClean(field);
});

/** The database goes back in time when two workers have nothing more to say. */
async function goBackBehindRestingWorkers(field: Battlefield): Promise<void> {
  await field.startListener();
  const workers = await field.startPublishers(2, { eventsPerS: 200 });
  await field.progress(200);
  await keepDatabase(field);
  await field.progress(200);
  await Promise.all(workers.map(rest));
  await takeDatabaseBack(field);
}

for (const client of ['typescript', 'python'] as const) {
  it(`F35: gets the rest again from workers that have nothing more to say, and then stop (${client})`, async () => {
    await using field = await prepareBattlefield({ client });
    await goBackBehindRestingWorkers(field);
    await untilPublishersAreTold(field);
    await assertClean(field);
  });

  it(`F35: gets the rest again from workers that stop just after Redis was emptied as well (${client})`, async () => {
    await using field = await prepareBattlefield({ client });
    await goBackBehindRestingWorkers(field);
    await field.redis.command('FLUSHALL');
    await assertClean(field);
  });
}

it('F35: sends again, has readers load anew and raises the alarm when a copy of its folder is put back', async (t) => {
  await using field = await prepareBattlefield();
  const replica = await startWebReplica(field);
  t.after(() => replica.process[Symbol.asyncDispose]());
  const workers = await field.startPublishers(2, { eventsPerS: 20 });
  await field.progress(30);
  const events = `${replica.url}/api/v1/events`;
  // The first reader begins what all of them follow, so that it is in the copy.
  await using first = await readEvents(events);
  await first.settles();
  await copyDatabaseFolder(field);
  const saidSo = { what: 'the word to load anew', timeoutMs: PATIENCE_MS };
  await waitUntil(() => first.resets() === 1, saidSo);
  await field.progress(30);
  await using staying = await readEvents(events);
  const leaving = await readEvents(events);
  await Promise.all([staying.settles(), leaving.settles()]);
  await field.progress(30);
  await leaving.close();
  assert.deepEqual([staying.resets(), leaving.resets()], [0, 0]);
  // While others go on, new acknowledgements may take the place of those that went back, and nobody sees that they did.
  await Promise.all(workers.map(rest));
  await putDatabaseFolderBack(field);
  await using returning = await readEvents(events, leaving.lastEventId());
  for (const reader of [staying, returning]) {
    await waitUntil(() => reader.resets() === 1, saidSo);
  }
  const metrics = async (): Promise<string> => (await fetch(`${replica.url}/metrics`)).text();
  await waitUntil(async () => /^taskwire_acks_gone_back_total [1-9]/m.test(await metrics()), {
    what: 'the alarm',
    timeoutMs: PATIENCE_MS,
  });
  await assertClean(field);
});
