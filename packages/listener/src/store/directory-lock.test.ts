import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { lockDirectory } from './directory-lock.ts';

test('a folder is locked by one process at a time, and free as soon as that is killed', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-lock-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const code = `const { lockDirectory } = await import(${JSON.stringify(new URL('directory-lock.ts', import.meta.url).href)});
    await lockDirectory(${JSON.stringify(directory)}, 'lock', 0);
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  assert.equal(await lockDirectory(directory, 'lock', 0), undefined);
  const waiting = lockDirectory(directory, 'lock', 5_000);
  other.kill('SIGKILL');
  const lock = await waiting;
  assert.ok(lock);
  lock.release();
});
