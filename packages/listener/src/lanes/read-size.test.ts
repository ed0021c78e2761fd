import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createReadSize, type ReadSize } from './read-size.ts';

const EVENTS_MAX = 1_000;
const BYTES_MAX = 4_000_000;

/** Entries of so many events, of 400 bytes each. */
const brings = (size: ReadSize, entries: number, eventsAnEntry = 1): void =>
  size.observe({ entries, events: entries * eventsAnEntry, bytes: entries * eventsAnEntry * 400 });

/** As many as are asked for, time and again. */
function grown(): ReadSize {
  const size = createReadSize(EVENTS_MAX, BYTES_MAX);
  for (let i = 0; i < 40; i++) brings(size, size.next());
  return size;
}

it('reads grow while entries are small, to where full ones would be eight batches', () => {
  assert.equal(createReadSize(EVENTS_MAX, BYTES_MAX).next(), 64);
  assert.equal(grown().next(), 500);
});

it('the first read is no larger than a batch', () => {
  for (const eventsMax of [1, 10, 50]) {
    const entries = createReadSize(eventsMax, BYTES_MAX).next();
    assert.ok(entries >= 1 && entries <= eventsMax, `${entries} of ${eventsMax}`);
  }
});

it('reads shrink at once when entries are large, and stay small for a while', () => {
  const size = grown();
  size.observe({ entries: 1_000, events: 1_000, bytes: 1_000_000_000 });
  assert.equal(size.next(), 4);
  brings(size, 4);
  assert.ok(size.next() < 6);
  size.observe({ entries: 0, events: 0, bytes: 0 });
  assert.ok(size.next() < 6);
});

it('reads of entries with many events bring a batch of those', () => {
  const size = grown();
  brings(size, 500, 16);
  assert.equal(size.next(), 62);
  brings(size, 62, 16);
  assert.equal(size.next(), 62);
});

it('after reads that found little the next one is small, whatever comes with it', () => {
  const size = grown();
  brings(size, 3);
  assert.equal(size.next(), 64);
  brings(size, 64);
  assert.equal(size.next(), 128);
});

it('one entry is read even when it is larger than a batch', () => {
  const size = createReadSize(1_000, 1_000);
  size.observe({ entries: 1, events: 1, bytes: 10_000_000 });
  assert.equal(size.next(), 1);
});
