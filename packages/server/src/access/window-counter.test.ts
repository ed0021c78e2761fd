import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWindowCounter } from './window-counter.ts';

test('so many are allowed in a window, then none until it ends, for each key by itself', () => {
  const counter = createWindowCounter({ max: 2, windowMs: 1_000, keysMax: 10 });
  assert.deepEqual([counter.count('a', 0), counter.count('a', 1)], [0, 0]);
  assert.equal(counter.count('a', 400), 600);
  assert.equal(counter.count('b', 400), 0);
  assert.equal(counter.blockedMs('a', 999), 1);
  assert.equal(counter.blockedMs('b', 999), 0);
  assert.equal(counter.count('a', 1_000), 0);
});

test('looking does not count', () => {
  const counter = createWindowCounter({ max: 1, windowMs: 1_000, keysMax: 10 });
  assert.equal(counter.blockedMs('a', 0), 0);
  assert.equal(counter.count('a', 0), 0);
  assert.equal(counter.blockedMs('a', 0), 1_000);
});

test('however many keys there are, only so many are remembered', () => {
  const counter = createWindowCounter({ max: 1, windowMs: 1_000, keysMax: 3 });
  for (const key of ['a', 'b', 'c', 'd']) counter.count(key, 0);
  assert.equal(counter.blockedMs('a', 1), 0);
  assert.equal(counter.blockedMs('d', 1), 999);
});
