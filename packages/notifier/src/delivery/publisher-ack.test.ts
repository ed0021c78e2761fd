import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highestSequence, lowWater, missingRanges, type PublisherAck, rangesOf } from '@taskwire/protocol';
import fc from 'fast-check';
import {
  countUnacknowledged,
  parsePublisherAck,
  subtractRanges,
  takenBack,
  unacknowledged,
} from './publisher-ack.ts';

const LAST = 60;
const sequences = fc.uniqueArray(fc.integer({ min: 1, max: LAST }));

function ackOf(received: readonly number[]): PublisherAck {
  const ranges = rangesOf(received);
  return { low_water: lowWater(ranges), missing: missingRanges(ranges), highest: highestSequence(ranges) };
}

const numbersIn = (ranges: readonly (readonly [number, number])[]): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

test('what is not acknowledged is exactly what was not received', () => {
  fc.assert(
    fc.property(sequences, (received) => {
      const ack = parsePublisherAck(JSON.stringify(ackOf(received)));
      const expected = numbersIn([[1, LAST]]).filter((sequence) => !received.includes(sequence));
      assert.deepEqual(numbersIn(unacknowledged(ack!, LAST)), expected);
      assert.equal(countUnacknowledged(ack!, LAST), expected.length);
    }),
  );
});

test('subtracting ranges is subtracting sets', () => {
  fc.assert(
    fc.property(sequences, sequences, (a, b) => {
      const expected = numbersIn(rangesOf(a)).filter((sequence) => !b.includes(sequence));
      assert.deepEqual(numbersIn(subtractRanges(rangesOf(a), rangesOf(b))), expected);
    }),
  );
});

test('what was taken back is what was received before and is not now', () => {
  fc.assert(
    fc.property(sequences, sequences, (before, after) => {
      const expected = before.filter((sequence) => !after.includes(sequence)).sort((a, b) => a - b);
      assert.deepEqual(numbersIn(takenBack(ackOf(before), ackOf(after))), expected);
    }),
  );
});

test('what is not an acknowledgement says nothing', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '{}',
    '{"low_water":-1,"missing":[],"highest":0}',
    '{"low_water":5,"missing":[],"highest":4}',
    '{"low_water":1,"missing":[[3,2]],"highest":9}',
    '{"low_water":1,"missing":[[2,3],[3,4]],"highest":9}',
    '{"low_water":1,"missing":[[8,12]],"highest":9}',
    '{"low_water":1.5,"missing":[],"highest":9}',
    '{"low_water":"1","missing":[],"highest":9}',
    '{"low_water":1,"missing":[2],"highest":9}',
  ]) {
    assert.equal(parsePublisherAck(text), null, text);
  }
});
