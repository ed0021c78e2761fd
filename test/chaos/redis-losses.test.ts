import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { CONSUMER_GROUP } from '@taskwire/protocol';
import { eventsOfEntry, type StartedProcess, startRedis, waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { cutAof } from './cut-aof.ts';
import { observeListener, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';
import { eventsInStream } from './stream-counts.ts';

/** Until so many events wait in the stream: what is lost now is lost on the way, not after its commit. */
const pileUp = (field: Battlefield, events: number) =>
  waitUntil(async () => (await eventsInStream(field)) >= events, {
    what: `${events} events that wait`,
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });

interface Entry {
  readonly id: string;
  readonly events: number;
}

/** What was handed to nobody: of what was, some may be committed. */
async function undelivered(field: Battlefield): Promise<readonly Entry[]> {
  const { stream } = field.names;
  const groups = (await field.redis.command('XINFO', 'GROUPS', stream)) as readonly (readonly unknown[])[];
  const own = groups.find((fields) => fields[fields.indexOf('name') + 1] === CONSUMER_GROUP) ?? [];
  const lastDelivered = String(own[own.indexOf('last-delivered-id') + 1]);
  const entries = await field.redis.command('XRANGE', stream, `(${lastDelivered}`, '+');
  return (entries as [id: string, fields: string[]][]).map(([id, fields]) => ({
    id,
    events: eventsOfEntry(fields).length,
  }));
}

async function busyListener(field: Battlefield): Promise<StartedProcess> {
  const listener = await field.startListener();
  await field.startPublishers(3, { eventsPerS: 200 });
  await field.progress(300);
  return listener;
}

it('F6: counts as lost what Redis lost, and as recovered when its publisher has sent it again', async () => {
  const ENTRIES_LOST = 10;
  await using field = await prepareBattlefield();
  const first = await field.startListener();
  const publisher = await field.startPublisher({ slot: 0, eventsPerS: 300 });
  await field.progress(200);
  await first.kill();
  const waiting = await waitUntil(
    async () => {
      const entries = await undelivered(field);
      return entries.length >= 4 * ENTRIES_LOST && entries;
    },
    { what: 'entries that no listener has seen', timeoutMs: PATIENCE_MS },
  );
  await publisher.kill();
  // From the middle: the end of what somebody sent looks like the end of what he had to say.
  const middle = waiting.slice(2 * ENTRIES_LOST, 3 * ENTRIES_LOST);
  const ids = middle.map(({ id }) => id);
  assert.equal(await field.redis.command('XDEL', field.names.stream, ...ids), ENTRIES_LOST);
  const eventsLost = middle.reduce((sum, { events }) => sum + events, 0);

  const listener = await field.startListener();
  const lost = await waitToSee(
    () => observeListener(listener),
    ({ metrics }) => metrics.totals.events_lost > 0,
    'the loss to be counted',
  );
  assert.deepEqual(
    [lost.metrics.totals.events_lost, lost.metrics.gauges.open_holes, lost.metrics.totals.events_recovered],
    [eventsLost, eventsLost, 0],
  );
  await field.startPublisher({ slot: 0, eventsPerS: 100 });
  const recovered = await waitToSee(
    () => observeListener(listener),
    ({ metrics }) => metrics.totals.events_recovered >= eventsLost,
    'all of the loss to be shown as recovered',
  );
  assert.deepEqual(
    [recovered.metrics.totals.events_recovered, recovered.metrics.gauges.open_holes],
    [eventsLost, 0],
  );
  await assertClean(field);
});

it('F10: sends again what a new primary lacks after a failover behind the same address', async () => {
  await using field = await prepareBattlefield();
  await using replica = await startRedis({ appendOnly: true });
  const listener = await busyListener(field);
  await replica.command('REPLICAOF', '127.0.0.1', field.redis.port);
  await waitUntil(
    async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
    { what: 'the replica to follow', timeoutMs: PATIENCE_MS },
  );
  await field.progress(100);
  // From here on it gets nothing any more.
  await replica.command('REPLICAOF', 'NO', 'ONE');
  await field.progress(300);
  listener.freeze();
  // Behind what waited already when the replica got its last write, and stays there.
  await pileUp(field, (await eventsInStream(field)) + 300);
  const last = await lastEntryId(field);
  const { port } = field.redis;
  await field.redis.kill();
  await replica.command('CONFIG', 'SET', 'port', port);
  const kept = await replica.command('XRANGE', field.names.stream, last, last);
  assert.deepEqual(kept, [], 'the new primary lacks events');
  listener.thaw();
  await field.progress(500);
  await assertClean(field);
});

it('F33: goes on while Redis evicts the stream, its group, acks and heartbeats for want of memory', async () => {
  await using field = await prepareBattlefield();
  const listener = await busyListener(field);
  await field.redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  for (let time = 0; time < 3; time++) {
    listener.freeze();
    await pileUp(field, 300);
    const used = /used_memory:(\d+)/.exec(String(await field.redis.command('INFO', 'memory')))?.[1];
    await field.redis.command('CONFIG', 'SET', 'maxmemory', Number(used) - 10_000);
    await waitUntil(async () => (await eventsInStream(field)) < 300, {
      what: 'the eviction of the stream',
      timeoutMs: PATIENCE_MS,
    });
    listener.thaw();
    await field.progress(100);
    await field.redis.command('CONFIG', 'SET', 'maxmemory', 0);
    await field.progress(100);
  }
  const { metrics } = await observeListener(listener);
  assert.ok(metrics.totals.groups_created > 1, 'the group was made again');
  await assertClean(field);
});

it('F36: sends again what was in the tail of the AOF that Redis lost', async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  const publishers = await field.startPublishers(3, { eventsPerS: 200 });
  await field.progress(300);
  for (let time = 0; time < 2; time++) {
    listener.freeze();
    const aof = newestAof(field);
    const { size } = statSync(aof);
    // Behind what waits already, which stays in the file.
    await pileUp(field, (await eventsInStream(field)) + 300);
    const last = await lastEntryId(field);
    await field.redis.kill();
    // What they send again at once is not to be taken for what was kept.
    for (const publisher of publishers) publisher.freeze();
    cutAof(aof, size + 100); // Hardly ever the end of a command.
    await field.redis.start();
    const kept = await field.redis.command('XRANGE', field.names.stream, last, last);
    assert.deepEqual(kept, [], 'entries were lost');
    for (const publisher of publishers) publisher.thaw();
    listener.thaw();
    await field.progress(300);
  }
  await assertClean(field);
});

async function lastEntryId({ redis, names }: Battlefield): Promise<string> {
  const entries = await redis.command('XREVRANGE', names.stream, '+', '-', 'COUNT', 1);
  return (entries as [[string]])[0][0];
}

function newestAof(field: Battlefield): string {
  const directory = path.join(field.redis.directory, 'appendonlydir');
  const file = readdirSync(directory).find((name) => name.endsWith('.incr.aof'));
  return path.join(directory, file ?? '');
}
