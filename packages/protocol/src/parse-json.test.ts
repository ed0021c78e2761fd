import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { cpuMs } from '../test/cpu-time.ts';
import { parseJson } from './parse-json.ts';

const parsed = (text: string) => parseJson(text, 64);
const rewritten = (text: string) => JSON.stringify(parsed(text).value);

test('JSON without anything unusual is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      fc.pre(!/\d{16}/.test(text));
      const expected = { value: JSON.parse(text), hadNonFinite: false, tooDeep: false };
      assert.deepEqual(parsed(text), expected);
    }),
  );
});

describe('numbers', () => {
  it('keep all digits of integers, and mean the same otherwise', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.double())),
        (numbers) => {
          const finite = numbers.filter((n) => typeof n === 'bigint' || Number.isFinite(n));
          const text = `[${finite.map((n) => (typeof n === 'bigint' ? String(n) : JSON.stringify(n))).join(',')}]`;
          assert.equal(rewritten(text), text);
        },
      ),
    );
  });

  it('beyond a double become null and are reported', () => {
    assert.deepEqual(parsed('[1e400,-1e400,1]'), {
      value: [null, null, 1],
      hadNonFinite: true,
      tooDeep: false,
    });
  });

  it('written by Python as NaN and Infinity become null and are reported', () => {
    const { value, hadNonFinite } = parsed('{"a":NaN,"b":[Infinity,-Infinity],"NaN":"NaN"}');
    assert.deepEqual(value, { a: null, b: [null, null], NaN: 'NaN' });
    assert.ok(hadNonFinite);
  });

  it('are looked at in all of their members, also beside NaN', () => {
    assert.equal(rewritten('{"a":NaN,"b":9007199254740993}'), '{"a":null,"b":9007199254740993}');
  });
});

test('NaN in a text, after an escaped quote or backslash, stays; and no NaN makes JSON of what is none', () => {
  assert.deepEqual(parsed('["\\" NaN", "\\\\", NaN]').value, ['" NaN', '\\', null]);
  for (const text of [
    'NaNNaN',
    '[1NaN]',
    '[NaN1]',
    'xNaN',
    '{NaN:1}',
    '["NaN',
    '[-NaN]',
    '--Infinity',
    'nan',
    '',
  ]) {
    assert.throws(() => parsed(text), SyntaxError, text);
  }
});

test('what is nested too deep is reported, and not recursed over', () => {
  const deep = `${'['.repeat(100_000)}9007199254740993,NaN${']'.repeat(100_000)}`;
  assert.equal(parsed(deep).tooDeep, true);
  assert.equal(parseJson('[[1]]', 1).tooDeep, true);
  assert.equal(parseJson('[[1]]', 2).tooDeep, false);
});

test('no text makes it slow', () => {
  for (const piece of ['\\"', '"', '\\', 'NaN', 'NaN"', '-Infinity,', '9', '[', '{"a":', '1e999,']) {
    const taken = cpuMs(() => {
      for (const text of [`[NaN,"${piece.repeat(300_000)}`, `[${piece.repeat(300_000)}`]) {
        try {
          parsed(text);
        } catch (error) {
          assert.ok(error instanceof SyntaxError, `${piece}: ${String(error)}`);
        }
      }
    });
    assert.ok(taken < 2_000, piece);
  }
});
