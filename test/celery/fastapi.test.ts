import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { freshDatabaseUrl, startRedis, waitUntil } from '@taskwire/test-harness';
import { openRecipe } from './recipe-steps.ts';

interface Report {
  readonly status: string;
  readonly attempt: number;
  readonly progress: number | null;
  readonly result: unknown;
  readonly error: string | null;
}

it('the recipe for FastAPI does what it says, with the listener as a process of its own', async () => {
  const recipe = openRecipe('docs/recipes/fastapi.md');
  // It has no default, so the page has to give it to whoever needs it; below all get that of the test.
  assert.match(recipe.blocks('sh').join('\n'), /^DATABASE_URL=\S+ .*uvicorn main:app$/m);
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-fastapi-'));
  await using redis = await startRedis();
  const env = {
    REDIS_URL: redis.url,
    DATABASE_URL: await freshDatabaseUrl(),
    CELERY_BROKER_URL: redis.url,
    TASKWIRE_DATA_DIR: directory,
    PORT: '0',
  };
  try {
    await using listener = await recipe.run('./taskwire listener', '.', env);
    await listener.waitForLine(/listener answers for its health/, 60_000);
    await using worker = await recipe.run('celery -A', 'examples/fastapi', env);
    await worker.waitForLine(/ ready\.$/, 60_000);
    await using application = await recipe.run('uvicorn main:app', 'examples/fastapi', env, '--port 0');
    const [, url = ''] = await application.waitForLine(/running on (http:\S+)/, 60_000);

    const [, question = ''] = /'http:\/\/localhost:8000(.*)'/.exec(recipe.blocks('sh').at(-1) ?? '') ?? [];
    const created = await fetch(new URL(question, url), { method: 'POST' });
    assert.equal(created.status, 202);
    const { task_request_id } = (await created.json()) as { readonly task_request_id: string };

    const progress = new Set<number | null>();
    const report = await waitUntil(
      async () => {
        const answer = await fetch(new URL(`/reports/${task_request_id}`, url));
        if (answer.status === 404) return null;
        const found = (await answer.json()) as Report;
        progress.add(found.progress);
        return found.status === 'SUCCESS' && found;
      },
      { what: 'the report', timeoutMs: 30_000, pollMs: 20 },
    );
    const result = { pages: 3, month: 3 };
    assert.deepEqual(report, { status: 'SUCCESS', attempt: 1, progress: 1, result, error: null });
    assert.ok(progress.size > 2, 'it was seen on its way');
    assert.equal((await fetch(new URL('/reports/no-such', url))).status, 404);

    assert.equal((await worker.stop(30_000)).code, 0, worker.output());
    assert.equal((await listener.stop(30_000)).code, 0, listener.output());
    await application.stop(30_000);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
