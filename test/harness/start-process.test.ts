import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { anyRuns } from './process-table.ts';
import { startProcess } from './start-process.ts';
import { waitUntil } from './wait-until.ts';

const FIXTURE = new URL('fixture-process.ts', import.meta.url);

describe('a process of ours', () => {
  const before = process.env.PORT;
  beforeEach(() => {
    process.env.PORT = '1';
  });
  afterEach(() => {
    if (before === undefined) delete process.env.PORT;
    else process.env.PORT = before;
  });

  test('gets its arguments and settings and none of the caller', async () => {
    await using started = await startProcess(FIXTURE, {
      arguments: ['up', '--once'],
      env: { REDIS_URL: 'redis://127.0.0.1:1' },
    });

    await started.waitForLine(/^arguments: up --once$/);
    const [, redisUrl, port] = await started.waitForLine(/^settings: (\S+) (\S+)$/);

    assert.deepEqual([redisUrl, port], ['redis://127.0.0.1:1', 'undefined']);
  });

  test('stops when it is told to, also while it is frozen', async () => {
    await using started = await startProcess(FIXTURE);
    await started.waitForLine(/child/);
    started.freeze();

    assert.deepEqual(await started.stop(), { code: 3, signal: null });

    await started.waitForLine(/^stopping$/);
    await assert.rejects(started.waitForLine(/never said/), /ended without saying/);
  });

  test('is gone with all that it started when it is disposed after a kill', async () => {
    const started = await startProcess(FIXTURE);
    const child = Number((await started.waitForLine(/child: (\d+)/))[1]);

    assert.deepEqual(await started.kill(), { code: null, signal: 'SIGKILL' });
    await started[Symbol.asyncDispose]();

    await waitUntil(() => !anyRuns([child]), {
      what: 'the end of the process that the killed process started',
    });
  });
});
