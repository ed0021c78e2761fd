import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CONSUMER_GROUP } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';
import { assertClean, fieldUnderLoad } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { PATIENCE_MS, promised } from './patience.ts';
import { entriesInHand, streamLength } from './stream-counts.ts';

it('F5: goes on by itself within two seconds after Redis was killed and restarted with its data', async () => {
  await using field = await fieldUnderLoad();
  await field.redis.kill();
  await field.redis.start();
  await field.progress(1, promised(2_000));
  await field.progress(300);
  await assertClean(field);
});

it('F6: re-creates the group and sends again what was lost when Redis comes back empty', async () => {
  await using field = await fieldUnderLoad();
  for (let time = 0; time < 2; time++) {
    await field.redis.wipe();
    await field.redis.start();
    await field.progress(300);
  }
  await assertClean(field);
});

it('F6: survives FLUSHALL under load, again and again', async () => {
  await using field = await fieldUnderLoad();
  for (let time = 0; time < 5; time++) {
    await field.redis.command('FLUSHALL');
    await field.progress(100);
  }
  await assertClean(field);
});

it('F8: delivers by the second lane while Redis is full', async () => {
  await using field = await fieldUnderLoad();
  await field.redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await field.redis.command('CONFIG', 'SET', 'maxmemory', '1');
  await field.progress(300);
  await field.redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await field.progress(300);
  await assertClean(field);
});

it('F9: delivers by the second lane while Redis refuses writes for want of replicas', async () => {
  await using field = await fieldUnderLoad();
  await field.redis.command('CONFIG', 'SET', 'min-replicas-to-write', '3');
  await field.progress(300);
  await field.redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
  await assertClean(field);
});

it('F11: holds everything while Redis is frozen, and goes on', async () => {
  await using field = await fieldUnderLoad();
  field.redis.freeze();
  const before = field.ledger().accepted.size;
  await new Promise((resolve) => setTimeout(resolve, 6_000)); // The fault itself lasts this long.
  assert.ok(field.ledger().accepted.size > before + 1_000, 'publishers go on while Redis is frozen');
  field.redis.thaw();
  await field.progress(300);
  await assertClean(field);
});

it('F13: comes back when its connections are cut again and again', async () => {
  await using field = await fieldUnderLoad();
  for (let time = 0; time < 20; time++) {
    await field.redis.command('CLIENT', 'KILL', 'TYPE', time % 2 === 0 ? 'normal' : 'pubsub');
    await field.progress(20);
  }
  // Only who listens to the channel again hears of these.
  await field.redis.command('CONFIG', 'SET', 'maxmemory', '1');
  await field.progress(300);
  await field.redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await assertClean(field);
});

it('F33: re-creates a group, a stream or acks that somebody deletes', async () => {
  await using field = await fieldUnderLoad();
  const { stream, acks } = field.names;
  await field.redis.command('XGROUP', 'DESTROY', stream, 'task_status_listeners');
  await field.progress(200);
  await field.redis.command('DEL', stream);
  await field.progress(200);
  await field.redis.command('DEL', acks);
  await field.redis.command('XTRIM', stream, 'MAXLEN', 0);
  await field.progress(200);
  await assertClean(field);
});

for (const fate of ['goes on', 'was killed'] as const) {
  it(`F33: loses nothing of what a consumer holds that somebody deletes (its listener ${fate})`, async () => {
    await using field = await prepareBattlefield();
    const listener = await field.startListener();
    await field.startPublishers(3, { eventsPerS: 200 });
    await field.progress(300);
    // What is read now cannot be committed, and stays in its hands.
    field.postgres.freeze();
    await waitUntil(async () => (await entriesInHand(field)) > 0, {
      what: 'entries in hand',
      timeoutMs: PATIENCE_MS,
    });
    if (fate === 'was killed') await listener.kill();
    for (const name of await consumersOf(field)) {
      await field.redis.command('XGROUP', 'DELCONSUMER', field.names.stream, CONSUMER_GROUP, name);
    }
    field.postgres.thaw();
    if (fate === 'was killed') await field.startListener();
    await field.progress(300);
    await assertClean(field);
    await waitUntil(async () => (await streamLength(field)) === 0, {
      what: 'an empty stream',
      timeoutMs: PATIENCE_MS,
    });
  });
}

const consumersOf = async ({ redis, names }: Battlefield): Promise<readonly string[]> =>
  ((await redis.command('XINFO', 'CONSUMERS', names.stream, CONSUMER_GROUP)) as [string, string][]).map(
    ([, name]) => name,
  );

it('F34: does not notice that the script cache is flushed', async () => {
  await using field = await fieldUnderLoad();
  for (let time = 0; time < 20; time++) {
    await field.redis.command('SCRIPT', 'FLUSH');
    await field.progress(20);
  }
  await assertClean(field);
});
