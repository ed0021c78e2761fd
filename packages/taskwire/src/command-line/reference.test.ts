import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commandReference } from './reference.ts';

test('docs/command-line.md is the one of the commands; if not, run npm run generate', () => {
  const file = readFileSync(new URL('../../../../docs/command-line.md', import.meta.url), 'utf8');
  assert.equal(file, commandReference());
});
