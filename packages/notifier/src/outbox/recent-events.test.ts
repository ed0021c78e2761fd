import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { StoredEvent } from './event-log.ts';
import { createRecentEvents } from './recent-events.ts';

const LIMITS = { events_max: 3, bytes_max: 100 };
const stored = (sequence: number, bytes = 10): StoredEvent => ({
  sequence,
  event_id: `event-${sequence}`,
  payload: 'x'.repeat(bytes),
});
const sequences = (events: readonly StoredEvent[] | null) => events?.map(({ sequence }) => sequence) ?? null;

it('events are handed out once, in order, within what was asked for', () => {
  const recent = createRecentEvents();
  assert.equal(recent.take(1, 10, LIMITS), null);
  for (let sequence = 1; sequence <= 6; sequence++) recent.add(stored(sequence));
  assert.deepEqual(sequences(recent.take(1, 2, LIMITS)), [1, 2]);
  assert.equal(recent.take(2, 6, LIMITS), null, 'it was handed out');
  assert.deepEqual(sequences(recent.take(3, 6, LIMITS)), [3, 4, 5]);
  assert.deepEqual(sequences(recent.take(6, 6, LIMITS)), [6]);
  assert.equal(recent.take(7, 7, LIMITS), null);
});

it('whoever begins further back is told to look in the file, and finds the rest here', () => {
  const recent = createRecentEvents();
  for (let sequence = 5; sequence <= 9; sequence++) recent.add(stored(sequence));
  assert.equal(recent.take(4, 9, LIMITS), null);
  assert.deepEqual(sequences(recent.take(7, 9, LIMITS)), [7, 8, 9]);
  assert.equal(recent.take(5, 6, LIMITS), null, 'what comes before is kept no longer');
});

it('one reading has at least one event, and no more bytes than it may', () => {
  const recent = createRecentEvents();
  for (const [index, bytes] of [500, 60, 40, 1].entries()) recent.add(stored(index + 1, bytes));
  assert.deepEqual(sequences(recent.take(1, 4, LIMITS)), [1]);
  assert.deepEqual(sequences(recent.take(2, 4, LIMITS)), [2, 3]);
  assert.deepEqual(sequences(recent.take(4, 4, LIMITS)), [4]);
});

it('what nobody reads does not fill the memory: it is kept again when the reader is near', () => {
  const recent = createRecentEvents();
  const half = 600_000;
  for (let sequence = 1; sequence <= 3; sequence++) recent.add(stored(sequence, half));
  assert.equal(recent.take(1, 1 + 4 * LIMITS.events_max, LIMITS), null, 'it was dropped');
  recent.add(stored(4));
  assert.equal(recent.take(4, 4, LIMITS), null, 'whoever reads was far behind; the file has it');
  recent.add(stored(5));
  assert.deepEqual(sequences(recent.take(5, 5, LIMITS)), [5]);
});
