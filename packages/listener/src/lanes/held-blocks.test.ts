import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHeldBlocks } from './held-blocks.ts';

const block = (messages: number, size = 1_000) => ({ bytes: Buffer.alloc(size), messages, headBytes: 0 });
const counts = (blocks: readonly { readonly messages: number }[]) => blocks.map(({ messages }) => messages);

describe('held blocks', () => {
  it('come out oldest first, only those that have waited long enough, within the limit of bytes', () => {
    const held = createHeldBlocks(1_000_000, 1_000);
    for (const messages of [1, 2, 3, 4]) held.hold(block(messages), messages);
    assert.equal(held.size, 10);
    assert.equal(held.oldestAt, 1);
    assert.deepEqual(counts(held.takeUntil(3, 2_000)), [1, 2]);
    assert.deepEqual(counts(held.takeUntil(3, 2_000)), [3]);
    assert.deepEqual(counts(held.takeUntil(3, 2_000)), []);
    assert.deepEqual(counts(held.takeUntil(9, 1)), [4], 'one goes however large it is');
    assert.equal(held.oldestAt, Number.POSITIVE_INFINITY);
  });

  it('make room by dropping the oldest, by bytes and by number', () => {
    const byBytes = createHeldBlocks(4_000, 1_000);
    assert.deepEqual(
      [1, 2, 3, 4].map((messages) => byBytes.hold(block(messages), messages)),
      [0, 0, 0, 1],
    );
    const byNumber = createHeldBlocks(1_000_000, 5);
    assert.deepEqual(
      [3, 2, 4].map((messages) => byNumber.hold(block(messages), messages)),
      [0, 0, 5],
    );
    assert.equal(byNumber.size, 4);
  });
});
