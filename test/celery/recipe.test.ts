import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pythonForTests, startProgram, waitUntil } from '@taskwire/test-harness';
import { prepareCeleryBed } from './celery-bed.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = path.join(ROOT, 'clients/python/src');
const recipe = readFileSync(path.join(ROOT, 'docs/recipes/celery.md'), 'utf8');

/** The code blocks of the recipe in one language, without the indentation of the list that they are in. */
const blocks = (language: string): readonly string[] =>
  [...recipe.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map(
    ([, indent = '', code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trim(),
  );

const commandThat = (beginsWith: string): string =>
  blocks('sh').find((block) => block.startsWith(beginsWith)) ?? assert.fail(`no command ${beginsWith} …`);

describe('the recipe for Celery', () => {
  it('does what it says, command by command', async () => {
    await using bed = await prepareCeleryBed();
    const env = {
      PYTHONPATH: CLIENT,
      PYTHONDONTWRITEBYTECODE: '1',
      REDIS_URL: bed.redis.url,
      DATABASE_URL: bed.databaseUrl,
      // In the place of the addresses in the example: Celery prefers these.
      CELERY_BROKER_URL: bed.redis.url,
      CELERY_RESULT_BACKEND: `${bed.redis.url}/1`,
      TASKWIRE_DATA_DIR: bed.directory,
    };
    const cwd = path.join(ROOT, 'examples/celery');
    // `celery` and `python` of the Python that has what is needed.
    const shell = (command: string) =>
      command
        .replace(/^celery /, `${pythonForTests()} -m celery `)
        .replace(/^python /, `${pythonForTests()} `);
    const inShell = (command: string, folder: string) =>
      startProgram('/bin/sh', ['-c', `exec ${shell(command)}`], { cwd: folder, env });

    await using worker = await inShell(commandThat('celery '), cwd);
    await worker.waitForLine(/ ready\.$/, 60_000);
    await using sender = await inShell(commandThat('python '), cwd);
    assert.equal((await sender.exited).code, 0, sender.output());
    await waitUntil(async () => (await bed.running.count("task_requests WHERE status = 'SUCCESS'")) === 1, {
      what: 'the task to succeed',
      timeoutMs: 30_000,
    });
    assert.equal(await bed.running.count("task_requests WHERE result = '8' AND task_name = 'tasks.add'"), 1);
    const [statuses] = await bed.running.database.query<{ readonly path: readonly string[] }>({
      name: '',
      sql: 'SELECT array_agg(status ORDER BY event_time) AS path FROM task_logs',
    });
    assert.deepEqual(statuses?.path, ['PENDING', 'RUNNING', 'SUCCESS']);

    await using list = await inShell(commandThat('./taskwire '), ROOT);
    assert.equal((await list.exited).code, 0, list.output());
    assert.match(list.output(), /tasks\.add/);
    assert.match(list.output(), /SUCCESS/);
    assert.equal((await worker.stop(30_000)).code, 0, worker.output());
  });

  it('has no Python that does not run', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-recipe-'));
    try {
      const prelude = 'from celery import Celery\nimport taskwire.celery\napp = Celery("tasks")\n';
      const snippets = blocks('python');
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
