import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  countShared,
  highestSequence,
  includesSequence,
  lowWater,
  missingRanges,
  rangesOf,
  type SequenceRanges,
} from './sequence-ranges.ts';

const sequences = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });
const members = (ranges: SequenceRanges): readonly number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

test('ranges hold exactly the sequences they were made of, sorted, disjoint and not adjacent', () => {
  fc.assert(
    fc.property(sequences, (given) => {
      const ranges = rangesOf(given);
      assert.deepEqual(
        members(ranges),
        [...new Set(given)].sort((a, b) => a - b),
      );
      for (const [index, [from, to]] of ranges.entries()) {
        assert.ok(from <= to);
        if (index > 0) assert.ok(from > (ranges[index - 1]?.[1] ?? 0) + 1);
      }
    }),
  );
});

test('a sequence is included exactly if it was given', () => {
  fc.assert(
    fc.property(sequences, fc.integer({ min: 0, max: 61 }), (given, sequence) => {
      assert.equal(includesSequence(rangesOf(given), sequence), given.includes(sequence));
    }),
  );
});

test('low water is the end of what is complete from 1, and the highest is the last', () => {
  fc.assert(
    fc.property(sequences, (given) => {
      const set = new Set(given);
      let complete = 0;
      while (set.has(complete + 1)) complete += 1;
      assert.equal(lowWater(rangesOf(given)), complete);
      assert.equal(highestSequence(rangesOf(given)), Math.max(0, ...given));
    }),
  );
});

test('received and missing together are everything from 1 to the highest, and nothing twice', () => {
  fc.assert(
    fc.property(sequences, (given) => {
      const ranges = rangesOf(given);
      const all = [...members(ranges), ...members(missingRanges(ranges))].sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: highestSequence(ranges) }, (_, index) => index + 1),
      );
    }),
  );
});

test('no sequences at all', () => {
  assert.deepEqual([rangesOf([]), lowWater([]), highestSequence([]), missingRanges([])], [[], 0, 0, []]);
  assert.equal(includesSequence([], 1), false);
});

test('the greatest sequences are counted exactly', () => {
  const greatest = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(rangesOf([greatest, greatest - 1, 1]), [
    [1, 1],
    [greatest - 1, greatest],
  ]);
});

test('sequences that two have in common are counted', () => {
  fc.assert(
    fc.property(sequences, sequences, (a, b) => {
      const both = new Set(a).intersection(new Set(b));
      assert.equal(countShared(rangesOf(a), rangesOf(b)), both.size);
    }),
  );
});
