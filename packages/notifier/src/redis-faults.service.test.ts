import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type RedisServer, startRedis, waitUntil } from '@taskwire/test-harness';
import { notifierAt, publishMany, temporaryFolder } from '../test/notifier-under-test.ts';
import { type Parts, prepareParts } from '../test/parts.ts';

const allAcknowledged = async ({ notifier }: Parts, timeoutMs = 10_000): Promise<void> => {
  const done = await notifier.flush({ timeoutMs });
  assert.ok(done, `acknowledged within ${timeoutMs} ms: ${JSON.stringify(notifier.status())}`);
};

/** Puts events into the stream that nobody has read yet. */
async function leaveInStream(parts: Parts, count: number, prefix: string): Promise<string[]> {
  await parts.listener.pause();
  const ids = publishMany(parts.notifier, count, prefix);
  assert.ok(await parts.notifier.flush({ timeoutMs: 5_000, until: 'sent' }));
  return ids;
}

for (const forget of ['FLUSHALL', 'DEL', 'XTRIM'] as const) {
  test(`what is in the stream at ${forget} is sent again, once, without anything new being published`, async () => {
    await using parts = await prepareParts();
    const { redis, names, listener } = parts;
    const ids = await leaveInStream(parts, 700, 'lost');
    if (forget === 'FLUSHALL') await redis.command('FLUSHALL');
    else if (forget === 'DEL') await redis.command('DEL', names.stream);
    else await redis.command('XTRIM', names.stream, 'MAXLEN', 0);
    listener.resume();
    await allAcknowledged(parts);
    assert.ok(ids.every((id) => listener.distinct.has(id)));
    assert.equal(listener.received.length, 701, 'no copy beside the one that was lost');
  });
}

test('a Redis that is killed and comes back empty gets everything that was not acknowledged', async () => {
  await using parts = await prepareParts();
  const ids = await leaveInStream(parts, 300, 'lost');
  await parts.redis.wipe();
  const more = publishMany(parts.notifier, 300, 'meanwhile');
  await parts.redis.start();
  parts.listener.resume();
  await allAcknowledged(parts);
  assert.ok([...ids, ...more].every((id) => parts.listener.distinct.has(id)));
});

test('with shards the channel gets what the stream does not take, and nothing else', async () => {
  await using parts = await prepareParts({ shards: 2 });
  publishMany(parts.notifier, 50, 'taken');
  await allAcknowledged(parts);
  await parts.redis.command('CONFIG', 'SET', 'maxmemory', 1);
  const ids = publishMany(parts.notifier, 50, 'refused');
  await waitUntil(() => parts.listener.published.length >= ids.length, { what: 'the copies' });
  const published = parts.listener.published.map((text) => JSON.parse(text).event_id);
  assert.deepEqual(published, ids);
  await parts.redis.command('CONFIG', 'SET', 'maxmemory', 0);
  await allAcknowledged(parts);
});

test('the tail of the append-only file that a crash cut off is sent again', async () => {
  await using redis = await startRedis({ appendOnly: true });
  await using parts = await prepareParts({ redis });
  const kept = await leaveInStream(parts, 50, 'kept');
  const file = appendOnlyFile(redis);
  const { size } = statSync(file);
  const lost = await leaveInStream(parts, 50, 'lost');
  await redis.kill();
  truncateSync(file, size);
  await redis.start();
  parts.listener.resume();
  await allAcknowledged(parts);
  assert.ok([...kept, ...lost].every((id) => parts.listener.distinct.has(id)));
});

function appendOnlyFile(redis: RedisServer): string {
  const folder = path.join(redis.directory, 'appendonlydir');
  const name = readdirSync(folder).find((entry) => entry.endsWith('.incr.aof'));
  assert.ok(name !== undefined);
  return path.join(folder, name);
}

test('a Redis that restarts with its data gets no copies', async () => {
  await using redis = await startRedis({ appendOnly: true });
  await using parts = await prepareParts({ redis });
  await leaveInStream(parts, 200, 'kept');
  await redis.stop();
  publishMany(parts.notifier, 200, 'meanwhile');
  await redis.start();
  parts.listener.resume();
  await allAcknowledged(parts);
  assert.equal(parts.listener.received.length, 401);
});

test('a script cache that is flushed again and again is not noticed', async () => {
  await using parts = await prepareParts();
  for (let round = 0; round < 10; round++) {
    await parts.redis.command('SCRIPT', 'FLUSH');
    publishMany(parts.notifier, 10, `round-${round}`);
    await allAcknowledged(parts);
  }
  assert.equal(parts.listener.received.length, 101);
});

test('a connection that is cut again and again loses nothing', async () => {
  await using parts = await prepareParts();
  const ids: string[] = [];
  for (let round = 0; round < 20; round++) {
    ids.push(...publishMany(parts.notifier, 20, `round-${round}`));
    await parts.redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
  }
  await allAcknowledged(parts);
  assert.ok(ids.every((id) => parts.listener.distinct.has(id)));
});

test('publish() returns while Redis is frozen, and what it took arrives when Redis goes on', async () => {
  await using parts = await prepareParts();
  parts.redis.freeze();
  const ids = publishMany(parts.notifier, 2_000, 'frozen');
  assert.equal(await parts.notifier.flush({ timeoutMs: 100 }), false);
  parts.redis.thaw();
  await allAcknowledged(parts);
  assert.ok(ids.every((id) => parts.listener.distinct.has(id)));
});

test('a frozen Redis is noticed, and said, in less than 10 s', async () => {
  await using parts = await prepareParts();
  parts.redis.freeze();
  publishMany(parts.notifier, 1, 'frozen');
  await waitUntil(() => parts.notifier.status().lane === 'holding', { what: 'holding', timeoutMs: 9_900 });
  parts.redis.thaw();
  await allAcknowledged(parts);
});

test('a wrong password is survived and said, and events flow as soon as it is right', async () => {
  await using redis = await startRedis();
  await redis.command('ACL', 'SETUSER', 'worker', 'on', '>other', '~*', '&*', '+@all');
  await using parts = await prepareParts({
    redis,
    redisUrl: redis.url.replace('redis://', 'redis://worker:secret@'),
    first: false,
  });
  const ids = publishMany(parts.notifier, 5, 'locked-out');
  await waitUntil(() => /WRONGPASS/.test(parts.notifier.status().lane_problem ?? ''), { what: 'WRONGPASS' });
  await redis.command('ACL', 'SETUSER', 'worker', '>secret');
  await allAcknowledged(parts);
  assert.ok(ids.every((id) => parts.listener.distinct.has(id)));
});

test('a worker that may only add, publish and read its acknowledgements can do its work', async () => {
  await using redis = await startRedis();
  const parts0 = ['ACL', 'SETUSER', 'worker', 'on', '>secret', '~*', '&*', 'resetchannels', '&*', '-@all'];
  const commands = [
    'evalsha',
    'eval',
    'xadd',
    'publish',
    'hget',
    'hmget',
    'hset',
    'get',
    'set',
    'xlen',
    'time',
  ];
  await redis.command(parts0[0]!, ...parts0.slice(1), ...commands.map((name) => `+${name}`));
  await using parts = await prepareParts({
    redis,
    redisUrl: redis.url.replace('redis://', 'redis://worker:secret@'),
  });
  publishMany(parts.notifier, 5, 'allowed');
  await allAcknowledged(parts);
  assert.equal(parts.notifier.status().lane, 'stream');
});

test('after Redis was away for long, what is new is not held up by what piled up', async () => {
  await using parts = await prepareParts();
  const { redis, listener, notifier } = parts;
  await redis.stop();
  const backlog = publishMany(notifier, 20_000, 'backlog');
  await listener.pause();
  await redis.start();
  await waitUntil(() => notifier.status().lane === 'stream', { what: 'the stream' });
  const [fresh] = publishMany(notifier, 1, 'fresh');
  const position = await waitUntil(
    async () => {
      const entries = (await redis.command('XRANGE', parts.names.stream, '-', '+')) as [string, string[]][];
      const index = entries.findIndex(([, fields]) => fields.includes(fresh!));
      return index >= 0 && { index };
    },
    { what: 'the fresh event in the stream' },
  );
  assert.ok(position.index <= 1_500, `behind at most a window of backlog, not ${position.index}`);
  listener.resume();
  await allAcknowledged(parts, 20_000);
  assert.ok(backlog.every((id) => listener.distinct.has(id)));
  assert.equal(listener.received.length, 20_002, 'no copies');
});

test('a backlog larger than the window gets through a Redis that is full when it comes back', async () => {
  await using parts = await prepareParts();
  const { redis, listener, notifier } = parts;
  await redis.stop();
  const backlog = publishMany(notifier, 4_000, 'backlog');
  await redis.start();
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  const more = publishMany(notifier, 10, 'while-full');
  await waitUntil(() => notifier.status().lane === 'second_lane', { what: 'the second lane' });
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await allAcknowledged(parts, 20_000);
  assert.ok([...backlog, ...more].every((id) => listener.distinct.has(id)));
});

test('stop() ends in bounded time while Redis is frozen, and the next process delivers', async () => {
  await using parts = await prepareParts({ notifier: { stopTimeoutMs: 50 } });
  const { redis, names, folder, listener, notifier } = parts;
  redis.freeze();
  const ids = publishMany(notifier, 10, 'frozen');
  await notifier.stop();
  redis.thaw();
  await using next = notifierAt(folder.outbox, { redisUrl: redis.url, names });
  await next.start();
  assert.ok(await next.flush({ timeoutMs: 10_000 }));
  assert.ok(ids.every((id) => listener.distinct.has(id)));
});

test('a notifier that was stopped can be started again', async () => {
  await using parts = await prepareParts();
  await parts.notifier.stop();
  await parts.notifier.start();
  publishMany(parts.notifier, 10, 'again');
  await allAcknowledged(parts);
  assert.equal(parts.listener.received.length, 11);
});

test('an outbox that cannot be written costs no event while Redis is there', async () => {
  await using redis = await startRedis();
  using folder = temporaryFolder();
  writeFileSync(path.join(folder.path, 'file'), '');
  const outboxPath = path.join(folder.path, 'file', 'outbox.sqlite');
  await using parts = await prepareParts({ redis, notifier: { outboxPath } });
  const ids = publishMany(parts.notifier, 1_000, 'straight');
  await allAcknowledged(parts);
  assert.ok(ids.every((id) => parts.listener.distinct.has(id)));
  assert.notEqual(parts.notifier.status().outbox_problem, null);
});

test('an outbox with damaged pages is set aside, what can be read of it is delivered, and new events go on', async () => {
  await using redis = await startRedis();
  using folder = temporaryFolder();
  const before = notifierAt(folder.outbox);
  const left = publishMany(before, 3_000, 'left');
  await before.stop();
  damage(folder.outbox);
  await using parts = await prepareParts({ redis, notifier: { outboxPath: folder.outbox }, first: false });
  const ids = publishMany(parts.notifier, 100, 'new');
  await allAcknowledged(parts);
  assert.ok(ids.every((id) => parts.listener.distinct.has(id)));
  const saved = left.filter((id) => parts.listener.distinct.has(id)).length;
  assert.ok(saved > 1_000 && saved < 3_000, `${saved} of 3000`);
  assert.ok(readdirSync(folder.path).some((name) => name.includes('.corrupt-')));
});

/** Random bytes over some pages in the middle. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+');
  const pages = Math.floor(statSync(file).size / 4_096);
  for (let page = Math.floor(pages / 2); page < Math.floor(pages / 2) + 20; page++) {
    writeSync(descriptor, randomBytes(4_096), 0, 4_096, page * 4_096);
  }
  closeSync(descriptor);
}

test('events go on and those in it are sent while something else has filled the disk of the outbox', async (context) => {
  await using redis = await startRedis();
  using folder = temporaryFolder();
  const disk = path.join(folder.path, 'disk');
  mkdirSync(disk);
  if (spawnSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status !== 0) {
    context.skip('a file system of its own cannot be mounted here');
    return;
  }
  try {
    await using parts = await prepareParts({
      redis,
      notifier: { outboxPath: path.join(disk, 'outbox.sqlite'), stopTimeoutMs: 500 },
    });
    const { notifier, listener } = parts;
    await redis.stop();
    const ids: string[] = [];
    const publishSome = () => {
      for (let i = 0; i < 200; i++) {
        const data = { text: 'x'.repeat(1_000) };
        const outcome = notifier.publish({ task_request_id: `t-${i}`, status: 'RUNNING', data });
        assert.ok(outcome.accepted);
        ids.push(outcome.event_id);
      }
    };
    publishSome();
    assert.equal(notifier.status().outbox_problem, null);
    fillDisk(path.join(disk, 'of-somebody-else'));
    publishSome();
    assert.notEqual(notifier.status().outbox_problem, null);
    await redis.start();
    await allAcknowledged(parts);
    assert.ok(ids.every((id) => listener.distinct.has(id)));
  } finally {
    spawnSync('/usr/bin/umount', [disk]);
  }
});

function fillDisk(file: string): void {
  try {
    for (;;) appendFileSync(file, 'x'.repeat(1_024));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}
