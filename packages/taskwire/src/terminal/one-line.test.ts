import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clip, oneLine } from './one-line.ts';

test('no text moves the cursor, ends the line or colours the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
      assert.doesNotMatch(oneLine(text), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    }),
  );
  assert.equal(oneLine('a\n b\u001b[31m'), 'a b\ufffd[31m');
});

test('what is cut says so', () => {
  assert.equal(clip('abcdef', 4), 'abc…');
  assert.equal(clip('abcd', 4), 'abcd');
});
