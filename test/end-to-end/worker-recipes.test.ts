import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  failOnLeaks,
  freshDatabaseUrl,
  type RedisServer,
  type StartedProcess,
  startProcess,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import pg from 'pg';
import { openRecipe } from '../celery/recipe-steps.ts';

failOnLeaks();

const ROOT = new URL('../..', import.meta.url).pathname;

describe('the recipes for workers', () => {
  const opened = new AsyncDisposableStack();
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-worker-recipes-'));
  let redis: RedisServer;
  let web: StartedProcess;
  let database: pg.Client;
  let env: Readonly<Record<string, string>>;
  before(async () => {
    redis = opened.use(await startRedis());
    const databaseUrl = await freshDatabaseUrl();
    env = { REDIS_URL: redis.url, TASKWIRE_DATA_DIR: directory, PORT: '0' };
    web = opened.use(
      await openRecipe('docs/recipes/bullmq.md').run('./taskwire web', '.', {
        ...env,
        DATABASE_URL: databaseUrl,
      }),
    );
    const [, url = ''] = await web.waitForLine(/(http:\/\/127\.0\.0\.1:\d+)/, 60_000);
    env = { ...env, TASKWIRE_API_URL: url };
    database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    opened.defer(() => database.end());
  });
  after(async () => {
    await opened.disposeAsync();
    rmSync(directory, { recursive: true, force: true });
  });

  const rowOf = async (id: string) =>
    (
      await database.query(
        'SELECT status, task_name, result, error FROM task_requests WHERE task_request_id = $1',
        [id],
      )
    ).rows[0];
  const succeeds = async (id: string): Promise<unknown> => {
    const row = await waitUntil(
      async () => {
        const found = await rowOf(id);
        return found?.status === 'SUCCESS' && found;
      },
      { what: `${id} to succeed`, timeoutMs: 30_000 },
    );
    return row.result;
  };
  const ends = async (running: Promise<StartedProcess>): Promise<string> => {
    await using one = await running;
    assert.equal((await one.exited).code, 0, one.output());
    return one.output();
  };

  it("docs/recipes/bullmq.md: a worker of one's own runs what the command submits, and ends in order", async () => {
    const recipe = openRecipe('docs/recipes/bullmq.md');
    await using worker = await recipe.run('examples/bullmq/main.ts', '.', env);
    await worker.waitForLine(/takes tasks from/, 60_000);

    const output = await ends(recipe.run('./taskwire tasks run make_report', '.', env));
    assert.match(output, /SUCCESS/);
    const { rows } = await database.query(
      "SELECT task_request_id, result FROM task_requests WHERE task_name = 'make_report' AND worker_source = 'reports-1'",
    );
    assert.equal(rows.length, 1);
    assert.deepEqual(rows[0].result, { pages: 3 });
    assert.equal((await worker.stop()).code, 0, worker.output());
  });

  it('docs/recipes/bullmq.md: adds a job to a queue of its own', async () => {
    const added = await startProcess(path.join(ROOT, 'examples/bullmq/add-main.ts'), { env });
    assert.match(await ends(Promise.resolve(added)), /added [0-9a-f-]{36}/);
  });

  it('docs/recipes/plain-script.md: a script in TypeScript tells how it goes', async () => {
    const recipe = openRecipe('docs/recipes/plain-script.md');
    await ends(recipe.run('examples/script/main.ts', '.', env));
    assert.deepEqual(await succeeds('clean-up-tonight'), { folders: 3 });
  });

  it('docs/recipes/plain-script.md: a script in Python tells how it goes', async () => {
    const recipe = openRecipe('docs/recipes/plain-script.md');
    await ends(recipe.run('examples/script/clean_up.py', '.', env));
    assert.deepEqual(await succeeds('clean-up-in-python'), { folders: 3 });
  });

  it('docs/recipes/plain-script.md: a shell tells how it goes', async () => {
    const recipe = openRecipe('docs/recipes/plain-script.md');
    await ends(recipe.run('./taskwire publish backup-tonight', '.', env));
    assert.deepEqual(await succeeds('backup-tonight'), { folder: 'docs' });
    assert.equal((await rowOf('backup-tonight')).task_name, 'backup');
  });
});
