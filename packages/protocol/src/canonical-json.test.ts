import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';

test('keys are sorted at every level, and there is no white space', () => {
  assert.equal(
    canonicalJson({ b: [{ d: 1, c: null }], a: 'x', '': true }),
    '{"":true,"a":"x","b":[{"c":null,"d":1}]}',
  );
});

test('raw JSON keeps its digits', () => {
  assert.equal(canonicalJson({ n: [JSON.rawJSON('18446744073709551615')] }), '{"n":[18446744073709551615]}');
});

test('whatever came out of a JSON parser means the same afterwards, and has one text', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      const canonical = canonicalJson(value);
      assert.deepEqual(JSON.parse(canonical), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(reversed(value)), canonical);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
