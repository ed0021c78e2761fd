import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCommandBytes } from './command-bytes.ts';

it('a command is an array of bulk strings, whose lengths are bytes', () => {
  const { write } = createCommandBytes();
  assert.equal(
    write('evalsha', ['', 17, 'ü€😀', 'x'.repeat(65)]).toString(),
    `*5\r\n$7\r\nevalsha\r\n$0\r\n\r\n$2\r\n17\r\n$9\r\nü€😀\r\n$65\r\n${'x'.repeat(65)}\r\n`,
  );
});

it('commands of any size and length follow each other', () => {
  const { write } = createCommandBytes();
  for (const [count, length] of [
    [1, 3],
    [2_000, 500],
    [3, 800_000],
    [40_000, 20],
    [2, 70],
  ] as const) {
    const text = '€'.repeat(length);
    const expected = `*${count + 1}\r\n$3\r\nSET\r\n${`$${length * 3}\r\n${text}\r\n`.repeat(count)}`;
    assert.ok(write('SET', Array(count).fill(text)).equals(Buffer.from(expected)), `${count} × ${length}`);
  }
});

it('the memory is used again, but for what is unusually large', () => {
  const { write } = createCommandBytes();
  const first = write('SET', ['a', 'b'.repeat(10_000)]);
  const second = write('SET', ['c', 'd'.repeat(10_000)]);
  assert.equal(second.buffer, first.buffer);
  const large = write('SET', ['e', 'f'.repeat(2_000_000)]);
  assert.notEqual(write('SET', ['g', 'h']).buffer, large.buffer);
});
