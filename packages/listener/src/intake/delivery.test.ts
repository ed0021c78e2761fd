import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Delivery, Receipt, settledIds } from './delivery.ts';

const deliveriesOf = (id: string, events: number): readonly Delivery[] => {
  const receipt = new Receipt(id, events);
  return Array.from({ length: events }, () => new Delivery('stream', receipt, Buffer.of(), 0, 0, null, null));
};

it('an entry is settled when all of its events are done, in whatever order and parts', () => {
  const [alone] = deliveriesOf('1-0', 1);
  const [a, b, c] = deliveriesOf('2-0', 3);
  const [d, e] = deliveriesOf('3-0', 2);
  assert.ok(alone && a && b && c && d && e);
  assert.deepEqual(settledIds([c, alone, d]), ['1-0']);
  assert.deepEqual(settledIds([a]), []);
  assert.deepEqual(settledIds([e, b]), ['3-0', '2-0']);
});

it('an entry that was read twice is settled by all events of one of the two', () => {
  const [a, b] = deliveriesOf('1-0', 2);
  const [again] = deliveriesOf('1-0', 2);
  assert.ok(a && b && again);
  assert.deepEqual(settledIds([a, again]), []);
  assert.deepEqual(settledIds([b]), ['1-0']);
});
