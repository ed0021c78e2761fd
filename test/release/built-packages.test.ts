import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = (command: string, ...commandArguments: readonly string[]) =>
  spawnSync(command, commandArguments, { cwd: ROOT, encoding: 'utf8' });

describe('what npm run build writes', () => {
  before(() => {
    const build = run(process.execPath, 'scripts/build.ts');
    assert.equal(build.status, 0, build.stdout + build.stderr);
  });

  for (const file of globSync('packages/*/package.json', { cwd: ROOT })) {
    const { name }: { name: string } = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));

    test(`${name} can be imported by a user, who has no TypeScript sources`, () => {
      const imported = run(process.execPath, '--input-type=module', '--eval', `await import('${name}')`);

      assert.equal(imported.status, 0, imported.stderr);
    });
  }

  test('each SQL and Lua file is beside the code that reads it', () => {
    const sources = globSync('{packages,apps}/*/src/**/*.{sql,lua}', { cwd: ROOT });
    const built = sources.map((file) =>
      file.replace(`${path.sep}src${path.sep}`, `${path.sep}dist${path.sep}`),
    );

    assert.notEqual(built.length, 0);
    assert.deepEqual(
      built.filter((file) => !existsSync(path.join(ROOT, file))),
      [],
    );
  });
});
