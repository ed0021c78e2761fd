import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONSUMER_GROUP } from '@taskwire/protocol';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { createBlockingReader } from '../redis/blocking-read.ts';
import { createRedisConnection, endConnection } from '../redis/connection.ts';
import { createEntryReplies } from './entry-replies.ts';
import { ensureGroup } from './stream-group.ts';

failOnLeaks();

/** A consumer that reads one stream as the stream lane does. */
async function layReader() {
  const bed = await layListenerBed();
  const { redis, names } = bed;
  const connection = createRedisConnection({
    url: bed.redisUrl,
    role: 'test',
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    random: () => 0.5,
  });
  await connection.connect();
  await ensureGroup(redis, names.stream);
  const blocking = createBlockingReader(connection, redis);
  const replies = createEntryReplies(connection, names.stream);
  return {
    connection,
    blocking,
    add: (...payloads: readonly string[]) =>
      Promise.all(payloads.map((payload) => redis.xadd(names.stream, '*', 'event', payload))),
    /** What the client was told, and what was read before it. */
    read: async (blockMs = 1_000) => {
      replies.expect();
      const told = await blocking.read('XREADGROUP', [
        ...['GROUP', CONSUMER_GROUP, 'a', 'COUNT', 5_000, 'BLOCK', blockMs],
        ...['STREAMS', names.stream, '>'],
      ]);
      return {
        told,
        taken: replies
          .take()
          .events.toDeliveries()
          .map(({ payload }) => payload.toString()),
      };
    },
    kill: async () => redis.call('CLIENT', 'KILL', 'ID', Number(await connection.call('CLIENT', 'ID'))),
    [Symbol.asyncDispose]: async () => {
      endConnection(connection);
      await bed[Symbol.asyncDispose]();
    },
  };
}

describe('entries are read before the client', () => {
  it('from the second read on each connection on, since something else comes before the first', async () => {
    await using reader = await layReader();
    await reader.read(1);
    for (const payload of ['a', 'b']) {
      await reader.add(payload);
      assert.deepEqual(await reader.read(), { told: null, taken: [payload] });
    }
    await reader.kill().catch(() => {});
    await waitUntil(() => reader.connection.status !== 'ready', { what: 'the end of the connection' });
    await waitUntil(() => reader.connection.status === 'ready', { what: 'the next connection' });
    await reader.add('c');
    const { told, taken } = await reader.read();
    assert.deepEqual(taken, []);
    assert.match(JSON.stringify(told), /"type":"Buffer"/);
    await reader.add('d');
    assert.deepEqual(await reader.read(), { told: null, taken: ['d'] });
  });

  it('in replies of many chunks, while the client reads all others', async () => {
    await using reader = await layReader();
    await reader.read(1);
    const payloads = Array.from({ length: 5_000 }, (_, index) => `${index}`.padStart(500, 'x'));
    await reader.add(...payloads);
    assert.deepEqual(await reader.read(), { told: null, taken: payloads });
    assert.deepEqual(await reader.read(1), { told: null, taken: [] });
    assert.equal(await reader.connection.ping(), 'PONG');
    await assert.rejects(reader.connection.call('XREADGROUP', 'x'), /wrong number of arguments/);
  });

  it('and a wait that is interrupted brings none', async () => {
    await using reader = await layReader();
    await reader.read(1);
    const waiting = reader.read(60_000);
    await waitUntil(() => reader.blocking.waitingSince !== null, { what: 'a read under way' });
    await reader.blocking.interrupt();
    assert.deepEqual(await waiting, { told: null, taken: [] });
    await reader.add('a');
    assert.deepEqual(await reader.read(), { told: null, taken: ['a'] });
  });
});
