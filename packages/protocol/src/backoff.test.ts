import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoffMs } from './backoff.ts';

const policy = { firstMs: 100, factor: 2, maxMs: 5_000 };

test('waits grow with each try up to the greatest, and half of each is random', () => {
  const least = [1, 2, 3, 6, 7, 50, 5_000].map((attempt) => backoffMs(policy, attempt, 0));
  assert.deepEqual(least, [50, 100, 200, 1_600, 2_500, 2_500, 2_500]);
  assert.equal(backoffMs(policy, 1, 0.5), 75);
});

test('no wait is below half of the first or above the greatest', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.nat(), random, (attempt, drawn) => {
      const ms = backoffMs(policy, attempt, drawn);
      assert.ok(Number.isInteger(ms) && ms >= 50 && ms <= 5_000, String(ms));
    }),
  );
});
