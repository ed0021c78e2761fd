import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { failOnLeaks } from '@taskwire/test-harness';
import { openRecipe } from '../celery/recipe-steps.ts';

failOnLeaks();

it('docs/start.md does what it says, command by command, also when the worker is killed', async () => {
  const page = openRecipe('docs/start.md');
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-start-page-'));
  const env = { TASKWIRE_DATA_DIR: directory, PORT: '0' };
  const does = async (command: string, codes: readonly number[] = [0]): Promise<string> => {
    await using running = await page.run(command, '.', env);
    const { code } = await running.exited;
    assert.ok(codes.includes(code ?? -1), `${command} ended with ${code}:\n${running.output()}`);
    return running.output();
  };
  try {
    await using everything = await page.run('npm start', '.', env);
    await everything.waitForLine(/dashboard\s+http:/, 120_000);

    assert.match(await does('analyze_resources --wait'), /SUCCESS/);
    assert.match(await does('tasks list --limit 3'), /analyze_resources/);

    await does('kill -9');
    assert.match(await does('tasks wait my-long-task', [0, 3]), /SUCCESS|WorkerLost/);
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
  }
});
