import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countDone, Delivery, Receipt } from './delivery.ts';

const deliveriesOf = (id: string, events: number): readonly Delivery[] => {
  const receipt = new Receipt(id, events);
  return Array.from({ length: events }, () => new Delivery('stream', receipt, Buffer.of(), 0, 0, null, null));
};

it('an entry is settled when all of its events are done, in whatever order and parts', () => {
  const [alone] = deliveriesOf('1-0', 1);
  const [a, b, c] = deliveriesOf('2-0', 3);
  const [d, e] = deliveriesOf('3-0', 2);
  assert.ok(alone && a && b && c && d && e);
  assert.deepEqual(countDone([c, alone, d]), ['1-0']);
  assert.deepEqual(countDone([a]), []);
  assert.deepEqual(countDone([e, b]), ['3-0', '2-0']);
});

it('an entry that was read twice is settled by all events of one of the two', () => {
  const [a, b] = deliveriesOf('1-0', 2);
  const [again] = deliveriesOf('1-0', 2);
  assert.ok(a && b && again);
  assert.deepEqual(countDone([a, again]), []);
  assert.deepEqual(countDone([b]), ['1-0']);
});

it('an event cannot be done twice: its entry would be settled without another', () => {
  const [alone] = deliveriesOf('1-0', 1);
  assert.ok(alone);
  assert.deepEqual(countDone([alone]), ['1-0']);
  assert.ok(alone.receipt.isSettled);
  assert.throws(() => countDone([alone]), /more deliveries of 1-0/);
});
