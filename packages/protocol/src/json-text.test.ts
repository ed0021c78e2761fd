import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { surveyJson } from './json-limits.ts';
import { textNestedDeeperThan, withoutNonFinite } from './json-text.ts';

test('the depth of a text is that of the value it stands for', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.nat({ max: 7 }), (text, depthMax) => {
      assert.equal(textNestedDeeperThan(text, depthMax), surveyJson(JSON.parse(text), depthMax).tooDeep);
    }),
  );
});

test('brackets in strings open nothing', () => {
  assert.equal(textNestedDeeperThan('{"[[[\\"[[[":"{{{\\\\"}', 1), false);
  assert.equal(textNestedDeeperThan('["[[[', 1), false);
});

test('text without NaN and Infinity outside of strings stays as it is', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: fc.constantFrom('NaN', 'Infinity', '"', '\\', 'a') }), (text) => {
      assert.equal(withoutNonFinite(text), text);
    }),
  );
});

test('each NaN and Infinity outside of strings becomes null', () => {
  assert.equal(
    withoutNonFinite('{"NaN":NaN,"a\\"":[Infinity,-Infinity,"\\\\",NaN]}'),
    '{"NaN":null,"a\\"":[null,null,"\\\\",null]}',
  );
});
