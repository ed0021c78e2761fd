import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellCommands } from './shell-commands.ts';

test('a script is read as its commands and their words', () => {
  assert.deepEqual(shellCommands(`A=1 one 'two three' "four \\"five\\"" # six\nseven | eight && nine; ten`), [
    ['A=1', 'one', 'two three', 'four "five"'],
    ['seven'],
    ['eight'],
    ['nine'],
    ['ten'],
  ]);
});

test('what a command contains is a command too, and redirections are none', () => {
  assert.deepEqual(shellCommands('kill -9 $(pgrep -f "a b") 2>&1 > out.txt'), [
    ['pgrep', '-f', 'a b'],
    ['kill', '-9', '$()'],
    ['1'],
  ]);
});

test('a line goes on after a backslash', () => {
  assert.deepEqual(shellCommands('curl -sS \\\n  -d \'{"a": 1}\''), [['curl', '-sS', '-d', '{"a": 1}']]);
});
