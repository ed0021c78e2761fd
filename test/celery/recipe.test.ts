import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { pythonForTests, waitUntil } from '@taskwire/test-harness';
import { prepareCeleryBed } from './celery-bed.ts';
import { CLIENT, openRecipe } from './recipe-steps.ts';

describe('the recipe for Celery', () => {
  const recipe = openRecipe('docs/recipes/celery.md');

  it('does what it says, command by command', async () => {
    await using bed = await prepareCeleryBed();
    const env = {
      REDIS_URL: bed.redis.url,
      DATABASE_URL: bed.databaseUrl,
      // In the place of the addresses in the example: Celery prefers these.
      CELERY_BROKER_URL: bed.redis.url,
      CELERY_RESULT_BACKEND: `${bed.redis.url}/1`,
      TASKWIRE_DATA_DIR: bed.directory,
    };
    await using worker = await recipe.run('celery -A', 'examples/celery', env);
    await worker.waitForLine(/ ready\.$/, 60_000);
    await using sender = await recipe.run('python -c', 'examples/celery', env);
    assert.equal((await sender.exited).code, 0, sender.output());
    await waitUntil(async () => (await bed.running.count("task_requests WHERE status = 'SUCCESS'")) === 1, {
      what: 'the task to succeed',
      timeoutMs: 30_000,
    });
    assert.equal(await bed.running.count("task_requests WHERE result = '8' AND task_name = 'tasks.add'"), 1);
    assert.deepEqual([...(await bed.histories('')).values()], ['PENDING 1, RUNNING 1, SUCCESS 1']);

    await using list = await recipe.run('./taskwire', '.', env);
    assert.equal((await list.exited).code, 0, list.output());
    assert.match(list.output(), /tasks\.add/);
    assert.match(list.output(), /SUCCESS/);
    assert.equal((await worker.stop(30_000)).code, 0, worker.output());
  });

  it('has no Python that does not run', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-recipe-'));
    try {
      const prelude = 'from celery import Celery\nimport taskwire.celery\napp = Celery("tasks")\n';
      const snippets = recipe.blocks('python');
      assert.ok(snippets.length >= 2);
      for (const snippet of snippets) {
        const run = spawnSync(pythonForTests(), ['-c', prelude + snippet], {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, PYTHONPATH: CLIENT, PYTHONDONTWRITEBYTECODE: '1' },
        });
        assert.equal(run.status, 0, run.stderr);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
