import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Delivery } from '../intake/delivery.ts';
import { bytesOf, cutBatches } from './cut-batches.ts';

const delivery = (bytes: number, index: number): Delivery =>
  Delivery.of('stream', String(index), Buffer.alloc(bytes));

it('cutting keeps every delivery in order, and every batch of more than one within its bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100)), fc.integer({ min: 1, max: 200 }), (sizes, bytesMax) => {
      const deliveries = sizes.map(delivery);
      const batches = cutBatches(deliveries, bytesMax);
      assert.deepEqual(batches.flat(), deliveries);
      assert.ok(batches.every((batch) => batch.length === 1 || bytesOf(batch) <= bytesMax));
    }),
  );
});
