import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNewness } from './newness.ts';

const batchesUntilExpected = (newness: ReturnType<typeof createNewness>): number => {
  for (let batches = 0; ; batches++) {
    if (newness.expected(1_000)) return batches;
    newness.confirmed();
  }
};

it('nothing is taken for new before a number of batches has been, and twice as many after each mistake', () => {
  const newness = createNewness();
  assert.equal(batchesUntilExpected(newness), 8);
  newness.confirmed();
  assert.equal(newness.expected(1_000), true);
  for (const expected of [16, 32, 64]) {
    newness.refuted();
    assert.equal(batchesUntilExpected(newness), expected);
  }
  for (let mistakes = 0; mistakes < 20; mistakes++) newness.refuted();
  assert.equal(batchesUntilExpected(newness), 4_096);
});

it('a small batch never is', () => {
  const newness = createNewness();
  batchesUntilExpected(newness);
  assert.deepEqual([newness.expected(99), newness.expected(100)], [false, true]);
});
