import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from './commands.ts';
import { complete } from './complete.ts';

const after = (...words: readonly string[]) => complete(COMMANDS, words);

test('the first word is a command', () => {
  assert.deepEqual(after('do'), ['doctor']);
  for (const { name } of COMMANDS) assert.ok(after('').includes(name), name);
  assert.deepEqual(after('nonsense', ''), []);
});

test('after a word that several commands begin with come these', () => {
  assert.deepEqual(after('dead-letters', 're'), ['replay']);
  assert.ok(after('dead-letters', '').includes('list'));
});

test('then come options, each once, and the values of those that have a fixed choice', () => {
  assert.deepEqual(after('migrate', '--'), ['--json', '--help']);
  assert.deepEqual(after('migrate', '--json', '--j'), []);
  assert.ok(after('dead-letters', 'list', '--reason', '').includes('not_json'));
  assert.deepEqual(after('dead-letters', 'list', '--limit', ''), []);
  assert.deepEqual(after('completion', 'z'), ['zsh']);
});
