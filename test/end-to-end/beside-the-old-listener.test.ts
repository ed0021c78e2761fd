import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readSettings, redisNames } from '@taskwire/protocol';
import { freshDatabaseUrl, startProcess, startRedis, waitUntil } from '@taskwire/test-harness';
import { startListener } from './start-listener.ts';

const TASKS = 200;
const oldListener = new URL('../../bench/obvious-design/listener-main.ts', import.meta.url);
const producer = fileURLToPath(new URL('version_0_producer.py', import.meta.url));
const python = process.env.TEST_PYTHON ?? '/usr/bin/python3';

it('gets every event while the listener that it replaces still pops from the same list, and after that has ended', async () => {
  await using redis = await startRedis();
  const names = redisNames(readSettings({}));
  await using old = await startProcess(oldListener, { arguments: [redis.url, await freshDatabaseUrl()] });
  await old.waitForLine(/^ready$/);
  await using running = await startListener({
    redisUrl: redis.url,
    names,
    databaseUrl: await freshDatabaseUrl(),
  });
  const produce = async (first: number) => {
    await promisify(execFile)(python, [producer, redis.url, String(first), String(TASKS)]);
    await waitUntil(async () => (await running.count('task_logs')) === (first + TASKS) * 2, {
      what: `two events of ${first + TASKS} tasks in the history`,
      timeoutMs: 60_000,
    });
  };
  // The second lane has to hear what the other one pops.
  await waitUntil(
    async () => ((await redis.command('PUBSUB', 'NUMSUB', names.channel)) as [string, number])[1] === 2,
    { what: 'both to listen' },
  );
  await produce(0);
  assert.ok((await running.count("task_logs WHERE lane = 'channel'")) > 0, 'the old one took its share');

  await old.stop();
  await produce(TASKS);

  assert.equal(await running.count("task_requests WHERE status = 'SUCCESS'"), TASKS * 2);
  assert.equal(await running.count('dead_letters'), 0);
});
