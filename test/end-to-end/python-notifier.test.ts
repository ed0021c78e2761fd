import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { createTaskRequestRepository, readSignatureCheck } from '@taskwire/listener';
import { readSettings, redisNames } from '@taskwire/protocol';
import { freshDatabaseUrl, startPython, startRedis, waitUntil } from '@taskwire/test-harness';
import { startListener } from './start-listener.ts';

const NASTY = 10;
/** RUNNING and SUCCESS of each nasty value; three of the decorated function; two of the block that fails. */
const EVENTS = NASTY * 2 + 3 + 2;

it('brings everything that a Python worker says, signed, to the database once, also when it was killed and Redis emptied', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-python-'));
  await using redis = await startRedis();
  const key = `today:${randomBytes(32).toString('base64')}`;
  const settings = readSettings({ TASKWIRE_VERIFY_KEYS: key, TASKWIRE_SIGNATURES_REQUIRED: 'all' });
  await using running = await startListener({
    redisUrl: redis.url,
    names: redisNames(settings),
    databaseUrl: await freshDatabaseUrl(),
    signatures: readSignatureCheck(settings) ?? assert.fail(),
  });
  const env = {
    TASKWIRE_DATA_DIR: directory,
    WORKER_CONTAINER_ID: 'python-worker',
    TASKWIRE_SIGNING_KEY: key,
  };
  const main = new URL('python_notifier_main.py', import.meta.url);
  try {
    // Killed at once, and nothing of what it may have sent is left: only its outbox knows.
    await redis.stop();
    await using killed = await startPython(main, { env: { ...env, REDIS_URL: redis.url } });
    assert.equal((await killed.exited).signal, 'SIGKILL', killed.output());
    assert.equal(await running.count('task_logs'), 0);
    await redis.start();

    await using next = await startPython(main, {
      arguments: ['--acknowledged'],
      env: { ...env, REDIS_URL: redis.url },
    });
    assert.equal((await next.exited).signal, 'SIGKILL', next.output());
    await waitUntil(async () => (await running.count('task_logs')) >= EVENTS * 2, { what: 'all events' });

    assert.equal(await running.count('task_logs'), EVENTS * 2);
    assert.equal(await running.count('dead_letters'), 0);
    const tasks = createTaskRequestRepository(running.database);
    const row = async (id: string) => {
      const { task_name, status, attempt, result, error, error_type, progress, worker_source } = {
        ...(await tasks.get(id)),
      };
      return { task_name, status, attempt, result, error, error_type, progress, worker_source };
    };
    const about = { worker_source: 'python-worker', error: null, error_type: null };
    assert.deepEqual(await row('decorated-1'), {
      ...about,
      task_name: 'tasks.python.decorated',
      status: 'SUCCESS',
      attempt: 1,
      result: { value: 42 },
      progress: 0.5,
    });
    assert.deepEqual(await row('failed-1'), {
      ...about,
      task_name: null,
      status: 'FAILURE',
      attempt: 3,
      result: null,
      error: 'no such thing',
      error_type: 'ValueError',
      progress: null,
    });
    const result = async (id: string) => (await tasks.get(id))?.result;
    assert.equal(await result('nasty-nul'), 'a\ufffdb');
    assert.equal(await result('nasty-surrogate'), 'a\ufffdb');
    assert.equal(await result('nasty-nan'), null);
    assert.equal(await result('nasty-above-2-53'), '9007199254740993');
    assert.equal(await result('nasty-date'), '2026-01-02');
    assert.match(String(await result('nasty-large')), /^é+…$/);
    assert.equal(await running.count("task_requests WHERE status = 'SUCCESS'"), NASTY + 1);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
