import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitJsonArray } from './split-json-array.ts';

test('the elements of an array come back as they were sent, however they are laid out', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (values, indent) => {
      const json = JSON.stringify(values, null, indent);
      const elements = splitJsonArray(Buffer.from(` ${json}\r\n`));
      assert.deepEqual(
        elements?.map((element) => JSON.parse(element.toString())),
        JSON.parse(json),
      );
      for (const element of elements ?? []) assert.ok(json.includes(element.toString()));
    }),
  );
});

test('numbers keep their digits', () => {
  assert.deepEqual(splitJsonArray(Buffer.from('[9007199254740993, {"a":1e400}]'))?.map(String), [
    '9007199254740993',
    '{"a":1e400}',
  ]);
});

test('what is no array is none', () => {
  for (const json of ['{"a":[1]}', '"[1]"', ' 5', 'null']) {
    assert.equal(splitJsonArray(Buffer.from(json)), null, json);
  }
});
