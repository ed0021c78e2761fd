import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerHeartbeat } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';
import { collectingLogger, notifierAt, publishMany } from '../test/notifier-under-test.ts';
import { type Parts, prepareParts } from '../test/parts.ts';

test('an acknowledgement that goes back makes the events be sent again', async () => {
  const logger = collectingLogger();
  await using parts = await prepareParts({ notifier: { logger, heartbeatIntervalMs: 100 } });
  const { listener, notifier } = parts;
  const ids = publishMany(notifier, 100, 'restored');
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  const publisherId = notifier.status().publisher_id ?? '';
  await listener.goBack(publisherId, 41);
  publishMany(notifier, 1, 'next');
  await waitUntil(() => listener.received.length >= 102 + 60, { what: 'the sixty again' });
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  const again = listener.received.slice(102).map(({ event_id }) => event_id);
  assert.deepEqual(new Set(again), new Set(ids.slice(40)));
  assert.ok(logger.lines.some(({ level, message }) => level === 'warn' && /lost events/.test(message)));
});

test('a worker that stops asks once more what the database holds, and sends again what that has lost', async () => {
  await using parts = await prepareParts({ notifier: { stopTimeoutMs: 10_000 } });
  const { listener, notifier } = parts;
  publishMany(notifier, 100, 'restored');
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  const sent = listener.received.length;
  await listener.goBack(notifier.status().publisher_id ?? '', 41);
  await notifier.stop();
  assert.equal(listener.received.length, sent + 60);
});

test('a worker that stops waits until a Redis that was emptied says again what the database holds', async () => {
  await using parts = await prepareParts({ notifier: { stopTimeoutMs: 15_000 } });
  const { listener, notifier, redis, names } = parts;
  publishMany(notifier, 100, 'restored');
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  const sent = listener.received.length;
  await listener.pause();
  await listener.goBack(notifier.status().publisher_id ?? '', 41);
  const scripts = async (): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(String(await redis.command('INFO', 'commandstats')))?.[1]);
  await waitUntil(async () => (await redis.command('DEL', names.acks)) === 0, {
    what: 'a Redis that says nothing',
  });
  const before = await scripts();
  const stopped = notifier.stop();
  await waitUntil(async () => (await scripts()) >= before + 3, { what: 'looks that find nothing' });
  listener.resume();
  await stopped;
  assert.equal(listener.received.length, sent + 60);
});

/** A worker ends with a hundred events in the database, which then loses sixty of them. @returns how many were sent */
async function loseSixtyAfterTheEnd({ listener, notifier }: Parts): Promise<number> {
  publishMany(notifier, 100, 'restored');
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  const publisherId = notifier.status().publisher_id ?? '';
  await notifier.stop();
  const sent = listener.received.length;
  await listener.goBack(publisherId, 41);
  return sent;
}

test('what the database lost while no worker ran is sent again by the next process on the outbox', async () => {
  await using parts = await prepareParts();
  const { listener, redis, names, folder } = parts;
  const sent = await loseSixtyAfterTheEnd(parts);
  await using next = notifierAt(folder.outbox, { redisUrl: redis.url, names });
  await next.start();
  await waitUntil(() => listener.received.length === sent + 60, { what: 'the sixty again' });
});

test('the next process on the outbox asks even if it has nothing to say and ends at once, where there is a Redis', async () => {
  await using parts = await prepareParts();
  const { listener, redis, names, folder } = parts;
  const sent = await loseSixtyAfterTheEnd(parts);
  await using offline = notifierAt(folder.outbox);
  await offline.start();
  assert.ok(await offline.flush({ timeoutMs: 30_000 }), 'nothing is known to be missing');
  await offline.stop();
  await using next = notifierAt(folder.outbox, { redisUrl: redis.url, names, stopTimeoutMs: 10_000 });
  await next.start();
  await next.stop();
  assert.equal(listener.received.length, sent + 60);
});

test('an acknowledgement that goes back only for a moment makes no copies', async () => {
  await using parts = await prepareParts();
  const { listener, notifier } = parts;
  publishMany(notifier, 50, 'steady');
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  const publisherId = notifier.status().publisher_id ?? '';
  await listener.pause();
  await listener.writeAck(publisherId, { low_water: 10, missing: [], highest: 10 });
  publishMany(notifier, 1, 'a');
  assert.ok(await notifier.flush({ timeoutMs: 5_000, until: 'sent' }));
  listener.resume();
  assert.ok(await notifier.flush({ timeoutMs: 5_000 }));
  assert.equal(listener.received.length, 52);
});

test('an acknowledgement beyond what was sent moves all events to a new publisher_id', async () => {
  await using parts = await prepareParts();
  const { listener, notifier } = parts;
  await listener.pause();
  const ids = publishMany(notifier, 30, 'copied');
  assert.ok(await notifier.flush({ timeoutMs: 5_000, until: 'sent' }));
  const before = notifier.status().publisher_id ?? '';
  await listener.writeAck(before, { low_water: 500, missing: [], highest: 500 });
  await waitUntil(() => notifier.status().publisher_id !== before, { what: 'a new publisher_id' });
  await parts.redis.command('DEL', parts.names.stream);
  ids.push(...publishMany(notifier, 10, 'after'));
  listener.resume();
  assert.ok(await notifier.flush({ timeoutMs: 10_000 }), JSON.stringify(notifier.status()));
  const renamed = listener.received.filter(({ publisher_id }) => publisher_id !== before);
  assert.deepEqual(new Set(renamed.map(({ event_id }) => event_id)).size, 41, 'with the one sent at first');
  assert.ok(ids.every((id) => listener.distinct.has(id)));
});

test('the last heartbeat of a worker that stopped says so, and closes its publisher', async () => {
  await using parts = await prepareParts();
  const { notifier, redis, names } = parts;
  publishMany(notifier, 9, 'last');
  const publisherId = notifier.status().publisher_id ?? '';
  await notifier.flush({ timeoutMs: 5_000 });
  await notifier.stop();
  const [, text] = (await redis.command('HGETALL', names.heartbeats)) as string[];
  const heartbeat = JSON.parse(text ?? '') as WorkerHeartbeat;
  assert.equal(heartbeat.stopped, true);
  assert.deepEqual(heartbeat.publishers, [{ publisher_id: publisherId, last_sequence: 10, closed: true }]);
});

test('a heartbeat names the tasks that run, by the time of Redis', async () => {
  await using parts = await prepareParts({ notifier: { heartbeatIntervalMs: 20 } });
  const { notifier, redis, names } = parts;
  const beat = async (): Promise<WorkerHeartbeat> => {
    const [, text] = (await redis.command('HGETALL', names.heartbeats)) as string[];
    return JSON.parse(text ?? '') as WorkerHeartbeat;
  };
  await notifier.run({ task_request_id: 'long' }, async () => {
    await waitUntil(async () => (await beat()).running.includes('long'), {
      what: 'the task in the heartbeat',
    });
  });
  await waitUntil(async () => (await beat()).running.length === 0, { what: 'the end of the task' });
  const [seconds] = (await redis.command('TIME')) as string[];
  assert.ok(Math.abs((await beat()).at_ms - Number(seconds) * 1000) < 5_000);
});

test('events that a killed process left are delivered by the next one under their own publisher_id', async () => {
  await using parts = await prepareParts();
  const { notifier, listener, redis, names, folder } = parts;
  await notifier.stop();
  const before = notifierAt(folder.outbox);
  const ids = publishMany(before, 5, 'left');
  await before.stop();
  await using next = notifierAt(folder.outbox, { redisUrl: redis.url, names });
  await next.start();
  ids.push(...publishMany(next, 5, 'new'));
  assert.ok(await next.flush({ timeoutMs: 5_000 }));
  assert.ok(ids.every((id) => listener.distinct.has(id)));
});
