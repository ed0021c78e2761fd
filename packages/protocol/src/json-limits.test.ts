import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { surveyJson, unstorableText } from './json-limits.ts';

const nothing = { tooDeep: false, hasLongNumber: false };

test('depth counts objects and arrays, and a value that is neither has none', () => {
  assert.deepEqual(surveyJson('x', 0), nothing);
  assert.deepEqual(surveyJson({ a: [{ b: 1 }] }, 3), nothing);
  assert.equal(surveyJson({ a: [{ b: 1 }] }, 2).tooDeep, true);
  assert.deepEqual(surveyJson([[], {}, [[]]], 3), nothing);
});

test('a number beyond 2^53 - 1 is found wherever it is', () => {
  assert.equal(surveyJson(2 ** 53, 9).hasLongNumber, true);
  assert.equal(surveyJson({ a: [1, { b: -(2 ** 53) }] }, 9).hasLongNumber, true);
  assert.equal(surveyJson([Number.POSITIVE_INFINITY], 9).hasLongNumber, true);
  assert.deepEqual(surveyJson([2 ** 53 - 1, 0.1, '9007199254740993'], 9), nothing);
});

test('text that PostgreSQL cannot hold is found in values and keys, wherever it is', () => {
  const anywhere = (text: string) => [
    text,
    [text],
    { a: [{ b: text }] },
    { [text]: 1 },
    { a: { [text]: null } },
  ];
  for (const value of anywhere('a\u0000b')) assert.match(unstorableText(value) ?? '', /NUL/);
  for (const value of anywhere('\ud800')) assert.match(unstorableText(value) ?? '', /surrogate/);
  for (const value of anywhere('fine 🚀 \u0001\uffff')) assert.equal(unstorableText(value), null);
});

test('own members named __proto__ are looked at like any other', () => {
  assert.match(unstorableText(JSON.parse('{"__proto__":{"a":"\\u0000"}}')) ?? '', /NUL/);
  assert.equal(surveyJson(JSON.parse('{"__proto__":{"__proto__":{}}}'), 2).tooDeep, true);
});

test('a long number with all its digits is no object', () => {
  assert.deepEqual(surveyJson([JSON.rawJSON('9007199254740993')], 1), nothing);
  assert.equal(unstorableText([JSON.rawJSON('9007199254740993')]), null);
});

test('text is storable exactly where it has neither NUL nor lone surrogates', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(unstorableText({ [text]: [text] }) === null, text.isWellFormed() && !text.includes('\0'));
    }),
  );
});
