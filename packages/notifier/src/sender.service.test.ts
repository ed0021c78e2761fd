import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { eventsOfEntry, type RedisServer, startRedis, waitUntil } from '@taskwire/test-harness';
import { append, keeperAt } from '../test/keeper-under-test.ts';
import { publishMany, temporaryFolder } from '../test/notifier-under-test.ts';
import { type Parts, prepareParts } from '../test/parts.ts';

const allArrive = (parts: Parts, eventIds: readonly string[], timeoutMs = 10_000): Promise<unknown> =>
  waitUntil(() => eventIds.every((id) => parts.listener.distinct.has(id)), {
    what: `${eventIds.length} events in the stream (${parts.listener.distinct.size} distinct so far, lane ${parts.notifier.status().lane}: ${parts.notifier.status().lane_problem})`,
    timeoutMs,
  });

/** While Redis refuses: the channel copy goes out, the notifier says so, and the stream gets all of it afterwards. */
async function survivesRefusal(
  parts: Parts,
  refuse: () => Promise<unknown>,
  allow: () => Promise<unknown>,
  words: RegExp,
): Promise<void> {
  const { listener, notifier } = parts;
  await refuse();
  const ids = publishMany(notifier, 20, 'refused');
  await waitUntil(() => ids.every((id) => listener.published.some((message) => message.includes(id))), {
    what: 'the channel copies',
  });
  await waitUntil(() => notifier.status().lane === 'second_lane', { what: 'the second lane' });
  assert.match(notifier.status().lane_problem ?? '', words);
  assert.ok(ids.every((id) => !listener.distinct.has(id)));
  await allow();
  await allArrive(parts, ids);
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  assert.equal(notifier.status().lane, 'stream');
  const copies = listener.published.filter((message) => message.includes(ids[0] ?? '')).length;
  assert.equal(copies, 1, 'the channel has each event once');
}

test('while Redis is full, events go out on the channel and into the stream afterwards', async () => {
  await using parts = await prepareParts();
  const set = (value: string) => parts.redis.command('CONFIG', 'SET', 'maxmemory', value);
  await survivesRefusal(
    parts,
    () => set('1'),
    () => set('0'),
    /OOM/,
  );
});

test('while Redis cannot save, events go out on the channel and into the stream afterwards', async () => {
  await using parts = await prepareParts();
  const { redis } = parts;
  await survivesRefusal(
    parts,
    async () => {
      await redis.command('CONFIG', 'SET', 'save', '3600 1');
      await breakSaving(redis);
    },
    async () => {
      await redis.command('CONFIG', 'SET', 'save', '');
      await redis.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
    },
    /MISCONF/,
  );
});

/** A folder in the way of the file it wants to write. */
async function breakSaving(redis: RedisServer): Promise<void> {
  mkdirSync(path.join(redis.directory, 'dump.rdb'));
  await redis.command('BGSAVE');
  await waitUntil(async () => String(await redis.command('INFO')).includes('rdb_last_bgsave_status:err'), {
    what: 'the failing save',
  });
}

test('while too few replicas are there, events go out on the channel and into the stream afterwards', async () => {
  await using parts = await prepareParts();
  const set = (value: string) => parts.redis.command('CONFIG', 'SET', 'min-replicas-to-write', value);
  await survivesRefusal(
    parts,
    () => set('3'),
    () => set('0'),
    /NOREPLICAS/,
  );
});

test('while Redis is a read-only replica, events go out on the channel and into the stream afterwards', async () => {
  await using primary = await startRedis();
  await using parts = await prepareParts();
  await survivesRefusal(
    parts,
    async () => {
      await parts.redis.command('REPLICAOF', '127.0.0.1', primary.port);
      await waitUntil(
        async () => String(await parts.redis.command('INFO')).includes('master_link_status:up'),
        { what: 'the replica' },
      );
    },
    () => parts.redis.command('REPLICAOF', 'NO', 'ONE'),
    /READONLY/,
  );
});

test('a key of the wrong type in the place of the stream holds nothing up', async () => {
  await using parts = await prepareParts();
  const { redis, names } = parts;
  await survivesRefusal(
    parts,
    async () => {
      await redis.command('DEL', names.stream);
      await redis.command('SET', names.stream, 'wrong');
    },
    () => redis.command('DEL', names.stream),
    /WRONGTYPE/,
  );
});

test('events that are sent together share entries, each with what accounts for it', async () => {
  await using parts = await prepareParts();
  const { redis, listener, names, notifier } = parts;
  await allArrive(parts, publishMany(notifier, 1, 'first'));
  await listener.pause();
  publishMany(notifier, 40);
  const large = {
    task_request_id: 'large',
    status: 'SUCCESS',
    data: { result: 'x'.repeat(20_000) },
  } as const;
  assert.ok(notifier.publish(large).accepted);
  publishMany(notifier, 1, 'last');
  const events = await waitUntil(
    async () => {
      const entries = (await redis.command('XRANGE', names.stream, '-', '+')) as [string, string[]][];
      const added = entries.map(([, fields]) => eventsOfEntry(fields));
      return added.flat().length === 42 && added;
    },
    { what: 'all in the stream' },
  );
  assert.deepEqual(
    events.map(({ length }) => length),
    [16, 16, 8, 1, 1],
  );
  for (const { event, ...beside } of events.flat()) {
    const { event_id, publisher_id, sequence } = JSON.parse(event);
    assert.deepEqual(beside, { event_id, publisher_id, sequence });
  }
  const sequences = events.flat().map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    sequences.map((_, index) => (sequences[0] ?? 0) + index),
  );
});

test('of an outbox that has lost an event the others are sent, each with its own sequence', async () => {
  using folder = temporaryFolder();
  const ids = Array.from({ length: 5 }, () => randomUUID());
  {
    using keeper = keeperAt(folder.outbox, { fsync: true });
    for (const id of ids) append(keeper, id);
  }
  {
    using database = new DatabaseSync(folder.outbox);
    database.exec('DELETE FROM segments WHERE first_id = (SELECT min(first_id) + 2 FROM segments)');
  }
  await using parts = await prepareParts({ first: false, notifier: { outboxPath: folder.outbox } });
  const { redis, listener, names } = parts;
  await listener.pause();
  const events = await waitUntil(
    async () => {
      const entries = (await redis.command('XRANGE', names.stream, '-', '+')) as [string, string[]][];
      const added = entries.flatMap(([, fields]) => eventsOfEntry(fields));
      return added.length === 4 && added;
    },
    { what: 'the others in the stream' },
  );
  assert.deepEqual(
    events.map(({ event_id, sequence }) => [event_id, sequence]),
    [1, 2, 4, 5].map((sequence) => [ids[sequence - 1], sequence]),
  );
});
