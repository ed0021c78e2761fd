import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

test('a script that sets up first goes on with the node that was installed: a shell keeps to the one that it found', () => {
  const settingUp = Object.entries(scripts).filter(([, line]) => /setup\.js[^&]*&&/.test(line));
  assert.ok(settingUp.length > 3, 'there are such scripts');
  for (const [name, line] of settingUp) {
    const [, ...later] = line.split('&&');
    assert.doesNotMatch(later.join('&&'), /(^|\s)node\s/, name);
  }
});
