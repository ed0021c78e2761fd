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

  it('are what was heard, whatever came meanwhile and however large', () => {
    const held = createHeldBlocks(4_000_000, 1_000_000);
    const heard = Array.from({ length: 400 }, (_, i) =>
      Buffer.alloc(i % 50 === 0 ? 300_000 : 1 + i * 7, i % 251),
    );
    for (const [i, bytes] of heard.entries()) {
      // What it came in is used again as soon as it was heard.
      const chunk = Buffer.from(bytes);
      assert.equal(held.hold({ bytes: chunk, messages: 1, headBytes: 0 }, i), 0);
      chunk.fill(0xff);
      if (i % 2 === 0) continue;
      const [block] = held.takeUntil(i, 1);
      assert.deepEqual(block?.bytes, heard[(i - 1) / 2]);
    }
    const left = held.takeUntil(400, 4_000_000);
    assert.deepEqual(
      left.map(({ bytes }) => bytes),
      heard.slice(200),
    );
    assert.equal(held.size, 0);
  });

  it('are forgotten where they are done with, and asked for once', () => {
    const held = createHeldBlocks(1_000_000, 1_000);
    for (const messages of [1, 2, 3, 4]) held.hold(block(messages), messages);
    const asked: number[] = [];
    const isDone = ({ messages }: { readonly messages: number }): boolean => {
      asked.push(messages);
      return messages !== 2;
    };
    held.forget(3, isDone);
    held.forget(3, isDone);
    assert.deepEqual(asked, [1, 2, 3]);
    assert.deepEqual(counts(held.takeUntil(9, 1_000_000)), [2, 4]);
  });

  it('that are larger than all may be are not held, and make no room for themselves', () => {
    const held = createHeldBlocks(4_000, 1_000);
    assert.equal(held.hold(block(1), 1), 0);
    assert.equal(held.hold(block(7, 4_000), 2), 7);
    assert.deepEqual(counts(held.takeUntil(9, 1_000_000)), [1]);
  });

  it('keep no more memory than twice their limit, however few of them stay', () => {
    const held = createHeldBlocks(1_048_576, 1_000_000);
    let dropped = 0;
    for (let i = 0; i < 100; i++) {
      // One that stays, and as many as fill the memory around it.
      dropped += held.hold(block(1, 100), 2 * i);
      dropped += held.hold(block(1_000, 262_144), 2 * i + 1);
      held.forget(2 * i + 1, ({ messages }) => messages === 1_000);
    }
    assert.ok(dropped > 0);
    assert.ok(held.size <= 2 * (1_048_576 / 262_144), `${held.size} blocks stay`);
  });
});
