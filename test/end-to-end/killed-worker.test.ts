import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl, startProcess } from '@taskwire/test-harness';
import type { CountingWorkerConfig } from './counting-worker-main.ts';
import { startListener } from './start-listener.ts';

const TASKS = 50_000;
const KILLED_AT = 40_001;

it('brings 100,000 events of a worker that is killed in the middle to the database, each once and in order', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-killed-worker-'));
  const [redisUrl, names] = [await sharedRedisUrl(), isolatedRedisNames()];
  await using running = await startListener({ redisUrl, names, databaseUrl: await freshDatabaseUrl() });
  const work = (share: Pick<CountingWorkerConfig, 'from' | 'to' | 'killAtTheEnd'>) =>
    startProcess(new URL('counting-worker-main.ts', import.meta.url), {
      arguments: [JSON.stringify({ redisUrl, names, directory, ...share } satisfies CountingWorkerConfig)],
    });
  try {
    await using first = await work({ from: 0, to: KILLED_AT, killAtTheEnd: true });
    assert.equal((await first.exited).signal, 'SIGKILL');
    await using second = await work({ from: KILLED_AT, to: TASKS * 2, killAtTheEnd: false });
    await second.waitForLine(/^all acknowledged$/, 120_000);

    assert.equal(await running.count('task_logs'), TASKS * 2);
    assert.equal(await running.count("task_requests WHERE status = 'SUCCESS'"), TASKS);
    const outOfOrder = `(
      SELECT task_request_id, array_agg(status ORDER BY event_time, event_id) AS path FROM task_logs GROUP BY task_request_id
    ) AS paths WHERE path <> ARRAY['RUNNING', 'SUCCESS']`;
    assert.equal(await running.count(outOfOrder), 0);
    assert.equal(
      await running.count('task_publishers WHERE received <> int8multirange(int8range(1, upper(received)))'),
      0,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
