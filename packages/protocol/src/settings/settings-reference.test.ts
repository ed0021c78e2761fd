import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SETTINGS } from './settings.ts';
import { settingsReference } from './settings-reference.ts';

test('docs/settings.md is the one of settings.ts; if not, run npm run generate', () => {
  const file = readFileSync(new URL('../../../../docs/settings.md', import.meta.url), 'utf8');
  assert.equal(file, settingsReference());
});

test('every setting has its line, with its default and what is expected', () => {
  const lines = settingsReference().split('\n');
  for (const setting of Object.values(SETTINGS)) {
    const line = lines.find((candidate) => candidate.startsWith(`| \`${setting.name}\` |`));
    assert.ok(line?.includes(setting.fallbackText) && line.includes(setting.expected), setting.name);
  }
});
