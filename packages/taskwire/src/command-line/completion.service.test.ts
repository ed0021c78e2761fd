import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

test('bash completes commands, options and their values by what taskwire completion bash writes', (t) => {
  const bin = mkdtempSync(path.join(tmpdir(), 'taskwire-completion-'));
  t.after(() => rmSync(bin, { recursive: true }));
  const launcher = `#!/bin/sh\nexec ${process.execPath} --conditions=taskwire-source ${MAIN} "$@"\n`;
  writeFileSync(path.join(bin, 'taskwire'), launcher, { mode: 0o755 });
  // As the shell does when Tab is pressed: the words of the line, and which of them is completed.
  const script = `
    eval "$(taskwire completion bash)"
    press_tab() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _taskwire; echo "\${COMPREPLY[*]}"; }
    press_tab taskwire mig
    press_tab taskwire dead-letters ''
    press_tab taskwire dead-letters list --reason not_j`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  assert.equal(status, 0, stderr);
  const [first = '', second = '', third = ''] = stdout.trim().split('\n');
  assert.equal(first, 'migrate');
  assert.match(second, /\blist\b.*\breplay\b/);
  assert.equal(third, 'not_json');
});
