import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNewness } from './newness.ts';

const batchesUntilExpected = (newness: ReturnType<typeof createNewness>): number => {
  for (let batches = 0; ; batches++) {
    if (newness.expected(1_000)) return batches;
    newness.confirmed(1_000);
  }
};

it('nothing is taken for new before a number of batches has been, and twice as many after each mistake', () => {
  const newness = createNewness();
  assert.equal(batchesUntilExpected(newness), 8);
  newness.confirmed(1_000);
  assert.equal(newness.expected(1_000), true);
  for (const expected of [16, 32, 64]) {
    newness.refuted();
    assert.equal(batchesUntilExpected(newness), expected);
  }
  for (let mistakes = 0; mistakes < 20; mistakes++) newness.refuted();
  assert.equal(batchesUntilExpected(newness), 4_096);
});

it('a batch with a known event begins the row anew, and small ones do not count', () => {
  const newness = createNewness();
  for (let batch = 0; batch < 20; batch++) {
    for (let i = 0; i < 7; i++) newness.confirmed(1_000);
    newness.missed();
    newness.confirmed(99);
    assert.equal(newness.expected(1_000), false);
  }
  assert.equal(batchesUntilExpected(newness), 8);
});

it('a small batch never is', () => {
  const newness = createNewness();
  batchesUntilExpected(newness);
  assert.deepEqual([newness.expected(99), newness.expected(100)], [false, true]);
});
