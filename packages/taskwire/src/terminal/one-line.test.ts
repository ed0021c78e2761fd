import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clip, jsonText, oneLine, printable } from './one-line.ts';

const binary = fc.string({ unit: 'binary' });

test('no text moves the cursor, ends the line, colours the terminal or turns the direction of reading', () => {
  fc.assert(
    fc.property(binary, (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
      const deceptive = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
      assert.doesNotMatch(oneLine(text), deceptive);
      assert.doesNotMatch(printable(text).replaceAll('\n', ''), deceptive);
      assert.doesNotMatch(jsonText({ text }), deceptive);
    }),
  );
  assert.equal(oneLine('a\n b\u001b[31m'), 'a b\ufffd[31m');
  assert.equal(oneLine('txt\u202egpj.exe'), 'txt\ufffdgpj.exe');
  assert.equal(printable('a\r\n\tb\u001b[2J\rc'), 'a\n  b\ufffd[2J\ufffdc');
});

test('escaped JSON says the same', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      assert.deepEqual(JSON.parse(jsonText(value)), JSON.parse(JSON.stringify(value)));
      assert.deepEqual(JSON.parse(jsonText(value, 2)), JSON.parse(JSON.stringify(value)));
    }),
  );
  assert.equal(jsonText('\u009b31m'), '"\\u009b31m"');
});

test('what is cut says so', () => {
  assert.equal(clip('abcdef', 4), 'abc…');
  assert.equal(clip('abcd', 4), 'abcd');
});
