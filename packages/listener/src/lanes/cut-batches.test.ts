import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Delivery, Receipt } from '../intake/delivery.ts';
import { EventColumns, StreamEvents } from '../intake/stream-events.ts';
import { cutBatches, cutEvents } from './cut-batches.ts';

const delivery = (bytes: number, index: number): Delivery =>
  Delivery.of('stream', String(index), Buffer.alloc(bytes));

const limit = fc.integer({ min: 1, max: 200 });
const bytesOf = (batch: readonly Delivery[]) => batch.reduce((sum, each) => sum + each.payloadBytes, 0);

it('cutting keeps every delivery in order, and every batch of more than one within its limits', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100)), limit, limit, (sizes, batchEventsMax, batchBytesMax) => {
      const deliveries = sizes.map(delivery);
      const batches = cutBatches(deliveries, { batchEventsMax, batchBytesMax });
      assert.deepEqual(batches.flat(), deliveries);
      assert.ok(batches.every(({ length }) => length >= 1 && length <= batchEventsMax));
      assert.ok(batches.every((batch) => batch.length === 1 || bytesOf(batch) <= batchBytesMax));
    }),
  );
});

it('what was read from the stream is cut in the same places', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100)), limit, limit, (sizes, batchEventsMax, batchBytesMax) => {
      const columns = new EventColumns();
      columns.beginEntry(new Receipt('1-0', sizes.length), null);
      for (const size of sizes) columns.add(Buffer.alloc(size), 0, size, null);
      const limits = { batchEventsMax, batchBytesMax };
      assert.deepEqual(
        cutEvents(new StreamEvents(columns), limits).map((events) => events.toDeliveries().map(bytesAlone)),
        cutBatches(sizes.map(delivery), limits).map((batch) => batch.map(bytesAlone)),
      );
    }),
  );
});

const bytesAlone = ({ payloadBytes }: Delivery) => payloadBytes;
