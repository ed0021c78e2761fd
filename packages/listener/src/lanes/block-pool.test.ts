import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBlockPool } from './block-pool.ts';

test('a block that was given back is taken again, by one at a time', () => {
  const pool = createBlockPool(16, 2);
  const first = pool.take(10);
  assert.equal(first.length, 16);
  assert.notEqual(pool.take(10), first);
  pool.giveBack(first);
  assert.equal(pool.take(16), first);
  assert.notEqual(pool.take(16), first);
});

test('who needs more gets more, and that is not kept', () => {
  const pool = createBlockPool(16, 2);
  const large = pool.take(17);
  assert.equal(large.length, 17);
  pool.giveBack(large);
  assert.equal(pool.take(1).length, 16);
});

test('no more are kept than was said', () => {
  const pool = createBlockPool(16, 2);
  const blocks = [pool.take(1), pool.take(1), pool.take(1)];
  for (const block of blocks) pool.giveBack(block);
  const again = new Set([pool.take(1), pool.take(1), pool.take(1)]);
  assert.equal(blocks.filter((block) => again.has(block)).length, 2);
});
