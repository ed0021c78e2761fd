import assert from 'node:assert/strict';
import { it } from 'node:test';
import { buildEvent } from '../../test/build-event.ts';
import { DecodedEvent } from './decode-deliveries.ts';
import { Delivery } from './delivery.ts';
import { splitBatch } from './split-batch.ts';

const delivery = Delivery.of('stream', '', Buffer.alloc(0));
const batchOf = (...tasks: readonly string[]) => ({
  events: tasks.map(
    (task_request_id) => new DecodedEvent(buildEvent({ status: 'RUNNING', task_request_id }), delivery),
  ),
  deadLetters: [],
});
const tasksOf = (batch: { readonly events: readonly DecodedEvent[] }) =>
  batch.events.map(({ event }) => event.task_request_id);

it('halves keep the events of a task together, and lose none', () => {
  const halves = splitBatch(batchOf('a', 'b', 'a', 'c', 'b', 'd', 'e'));
  assert.deepEqual(halves?.map(tasksOf), [
    ['a', 'a', 'b', 'b', 'c'],
    ['d', 'e'],
  ]);
});

it('a single task cannot be halved', () => {
  assert.equal(splitBatch(batchOf('a', 'a')), null);
});
