import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createReadSize } from './read-size.ts';

it('reads grow to the limit of events while entries are small', () => {
  const size = createReadSize(1_000, 4_000_000);
  assert.ok(size.next() <= 1_000);
  for (let i = 0; i < 40; i++) size.observe(size.next(), size.next() * 400);
  assert.equal(size.next(), 1_000);
});

it('reads shrink at once when entries are large, and stay small for a while', () => {
  const size = createReadSize(1_000, 4_000_000);
  for (let i = 0; i < 40; i++) size.observe(1_000, 400_000);
  size.observe(1_000, 1_000_000_000);
  assert.equal(size.next(), 4);
  size.observe(4, 1_600);
  assert.ok(size.next() < 6);
  size.observe(0, 0);
  assert.ok(size.next() < 6);
});

it('one entry is read even when it is larger than a batch', () => {
  const size = createReadSize(1_000, 1_000);
  size.observe(1, 10_000_000);
  assert.equal(size.next(), 1);
});
