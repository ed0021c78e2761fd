import assert from 'node:assert/strict';
import { it } from 'node:test';
import { decodeEvent } from '@taskwire/protocol';
import { freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl, waitUntil } from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { eventVectors, vectorOptions } from '../../packages/protocol/test/vectors.ts';
import { startListener } from './start-listener.ts';

it('turns every bad message, by whichever lane it comes, into one dead letter with its reason, and goes on', async () => {
  const [redisUrl, names] = [await sharedRedisUrl(), isolatedRedisNames()];
  await using running = await startListener({
    redisUrl,
    names,
    databaseUrl: await freshDatabaseUrl(),
  });
  const redis = new Redis(redisUrl);
  try {
    const expected = new Map<string, number>();
    // The vectors are told from a fixed day on; what was a day ahead of that is expired by now.
    const today = { ...vectorOptions(), nowMs: Date.now(), earliestMs: running.earliestMs };
    for (const { payload, expect } of eventVectors()) {
      const decoded = decodeEvent(payload, today);
      if (expect.ok || decoded.ok) continue;
      expected.set(decoded.reason, (expected.get(decoded.reason) ?? 0) + 1);
      await redis.xadd(names.stream, '*', 'event', payload);
      await redis.lpush(names.queue, payload);
      await redis.publish(names.channel, payload);
    }
    assert.ok(expected.size >= 10, 'the vectors cover the reasons');

    const reasons = async () => {
      const sql = 'SELECT reason, count(*)::integer AS count FROM dead_letters GROUP BY reason';
      const rows = await running.database.query<{ reason: string; count: number }>({ name: '', sql });
      return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
    };
    await waitUntil(async () => assert.deepEqual(await reasons(), Object.fromEntries(expected)) ?? true, {
      what: 'one dead letter for each bad message',
    });

    const good = { task_request_id: 'good', status: 'SUCCESS', data: {}, worker_container: 'w' };
    await redis.lpush(names.queue, JSON.stringify({ ...good, timestamp: new Date().toISOString() }));
    await waitUntil(async () => (await running.count("task_requests WHERE status = 'SUCCESS'")) === 1, {
      what: 'the good event behind the bad ones',
    });
    assert.deepEqual(await reasons(), Object.fromEntries(expected));
  } finally {
    redis.disconnect();
  }
});
