import assert from 'node:assert/strict';
import { it } from 'node:test';
import { mergeEvents, rowOf } from '@taskwire/protocol';
import { freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl, waitUntil } from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { generateHistories } from '../../packages/protocol/test/generate-history.ts';
import { seededRandom } from '../chaos/load/seeded-random.ts';
import { startListener } from './start-listener.ts';

it('makes the same rows of events that come in any order, three times each, by three lanes', async () => {
  const [redisUrl, names] = [await sharedRedisUrl(), isolatedRedisNames()];
  await using running = await startListener({ redisUrl, names, databaseUrl: await freshDatabaseUrl() });
  const histories = generateHistories(7, 300, { startMs: Date.now() - 60_000 });
  const random = seededRandom(7);
  // What is only published may be heard by nobody, so one copy of each event goes by a lane that keeps it.
  const messages = histories
    .flatMap(({ payloads }) =>
      payloads.flatMap((payload) => [true, false, false].map((kept) => ({ payload, kept }))),
    )
    .map((copy) => ({ ...copy, at: random() }))
    .sort((a, b) => a.at - b.at);
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  try {
    await Promise.all(
      messages.map(({ payload, kept }) => {
        if (!kept && random() < 0.5) return redis.publish(names.channel, payload);
        return random() < 0.5
          ? redis.xadd(names.stream, '*', 'event', payload)
          : redis.lpush(names.queue, payload);
      }),
    );
    const events = new Set(histories.flatMap((history) => history.events.map((event) => event.event_id)));
    await waitUntil(async () => (await running.count('task_logs')) === events.size, {
      what: 'every event in the history',
      timeoutMs: 30_000,
    });
    await waitUntil(async () => (await redis.xlen(names.stream)) + (await redis.llen(names.queue)) === 0, {
      what: 'empty lanes',
    });
  } finally {
    redis.disconnect();
  }
  const sql = 'SELECT task_request_id, status, attempt, error, result, progress FROM task_requests';
  const rows = await running.database.query<{ task_request_id: string }>({ name: '', sql });
  const expected = histories.map((history) => {
    const { task_request_id, status, attempt, error, result_json, progress } = rowOf(
      mergeEvents(history.events),
    );
    const result: unknown = result_json === null ? null : JSON.parse(result_json);
    return { task_request_id, status, attempt, error, result, progress };
  });
  const byId = (a: { task_request_id: string }, b: { task_request_id: string }) =>
    a.task_request_id < b.task_request_id ? -1 : 1;
  assert.deepEqual(rows.toSorted(byId), expected.toSorted(byId));
});
