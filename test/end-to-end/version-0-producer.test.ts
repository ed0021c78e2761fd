import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readSettings, redisNames } from '@taskwire/protocol';
import { freshDatabaseUrl, startRedis, waitUntil } from '@taskwire/test-harness';
import { startListener } from './start-listener.ts';

const TASKS = 5_000;
/** Side by side, since each of them opens two connections for every event. */
const PRODUCERS = 4;

const producer = fileURLToPath(new URL('version_0_producer.py', import.meta.url));
const python = process.env.TEST_PYTHON ?? '/usr/bin/python3';

it('applies each event of a producer that publishes and pushes once, and loses none', async () => {
  await using redis = await startRedis();
  const names = redisNames(readSettings({}));
  await using running = await startListener({
    redisUrl: redis.url,
    names,
    databaseUrl: await freshDatabaseUrl(),
  });

  await Promise.all(
    Array.from({ length: PRODUCERS }, (_, index) => {
      const share = TASKS / PRODUCERS;
      return promisify(execFile)(python, [producer, redis.url, String(index * share), String(share)]);
    }),
  );

  await waitUntil(async () => (await running.count("task_requests WHERE status = 'SUCCESS'")) === TASKS, {
    what: 'all tasks to be SUCCESS',
    timeoutMs: 60_000,
    pollMs: 100,
  });
  const withTheirResult = `task_requests WHERE task_request_id = 'version-0-task-' || (result ->> 'number')`;
  assert.equal(await running.count(withTheirResult), TASKS);
  await waitUntil(async () => (await redis.command('LLEN', names.queue)) === 0, { what: 'an empty queue' });
  assert.equal(await running.count('task_logs'), TASKS * 2);
  assert.equal(await running.count('dead_letters'), 0);
});
