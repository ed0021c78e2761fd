import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHeldCopies } from './held-copies.ts';

const payload = Buffer.alloc(800);
const ids = (copies: readonly { readonly id: string }[]) => copies.map(({ id }) => id);

describe('held copies', () => {
  it('come out oldest first, only those that have waited long enough, within count and bytes', () => {
    const held = createHeldCopies(1_000_000);
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) held.hold(id, payload, index);
    assert.deepEqual(ids(held.takeUntil(2, 2, 10_000)), ['a', 'b']);
    assert.deepEqual(ids(held.takeUntil(2, 10, 10_000)), ['c']);
    assert.deepEqual(ids(held.takeUntil(2, 10, 10_000)), []);
    held.hold('e', payload, 4);
    assert.deepEqual(ids(held.takeUntil(9, 10, 1)), ['d'], 'one goes however large it is');
    assert.equal(held.size, 1);
  });

  it('are dropped when their event was committed', () => {
    const held = createHeldCopies(1_000_000);
    for (const [index, id] of ['a', 'b'].entries()) held.hold(id, payload, index);
    assert.equal(held.oldestAt, 0);
    held.drop(['a', 'another']);
    assert.equal(held.size, 1);
    assert.equal(held.oldestAt, 1);
  });

  it('count a copy once that comes twice', () => {
    const held = createHeldCopies(1_000_000);
    held.hold('a', payload, 0);
    held.hold('a', payload, 1);
    assert.equal(held.size, 1);
  });

  it('make room by dropping the oldest', () => {
    const held = createHeldCopies(3_000);
    const dropped = ['a', 'b', 'c', 'd'].map((id, index) => held.hold(id, payload, index));
    assert.deepEqual(dropped, [0, 0, 0, 1]);
    assert.deepEqual(ids(held.takeUntil(9, 9, 9_999)), ['b', 'c', 'd']);
  });
});
