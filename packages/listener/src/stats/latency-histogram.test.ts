import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countIn, latencyBucket, percentilesOf } from './latency-histogram.ts';

const durations = fc.array(fc.double({ min: 0.3, max: 100_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

const histogramOf = (values: readonly number[]): number[] => {
  const counts: number[] = [];
  for (const ms of values) countIn(counts, latencyBucket(ms));
  return counts;
};

test('a percentile of a histogram lies within a bucket of the true one', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const found = percentilesOf(histogramOf(values));
      for (const [name, q] of [
        ['p50', 0.5],
        ['p95', 0.95],
        ['p99', 0.99],
      ] as const) {
        const truth = sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
        const ratio = (found?.[name] ?? 0) / truth;
        // One bucket is a factor of √2; three digits are shown.
        assert.ok(ratio > 0.7 && ratio < 1.42, `${name}: ${found?.[name]} for ${truth}`);
      }
    }),
  );
});

test('histograms add up to the histogram of all', () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const [a, b] = [histogramOf(some), histogramOf(others)];
      const sum = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
      assert.deepEqual(sum, histogramOf([...some, ...others]));
    }),
  );
});

test('what cannot be a duration does no harm', () => {
  for (const ms of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY]) assert.equal(latencyBucket(ms), 0);
  assert.equal(latencyBucket(Number.POSITIVE_INFINITY), 58);
  assert.equal(percentilesOf([]), null);
  assert.equal(percentilesOf([0, 0]), null);
});
