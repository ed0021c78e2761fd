import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Delivery } from '../intake/delivery.ts';
import { bytesOf, cutBatches } from './cut-batches.ts';

const delivery = (bytes: number, index: number): Delivery =>
  Delivery.of('stream', String(index), Buffer.alloc(bytes));

it('cutting keeps every delivery in order, and every batch of more than one within its limits', () => {
  const limit = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(fc.array(fc.nat(100)), limit, limit, (sizes, eventsMax, bytesMax) => {
      const deliveries = sizes.map(delivery);
      const batches = cutBatches(deliveries, eventsMax, bytesMax);
      assert.deepEqual(batches.flat(), deliveries);
      assert.ok(batches.every(({ length }) => length >= 1 && length <= eventsMax));
      assert.ok(batches.every((batch) => batch.length === 1 || bytesOf(batch) <= bytesMax));
    }),
  );
});
