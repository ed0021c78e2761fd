import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Delivery, Receipt } from './delivery.ts';
import { EventColumns, StreamEvents } from './stream-events.ts';

const event = fc.record({
  payload: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  sequence: fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
});
const entry = fc.record({
  publisherId: fc.option(fc.constantFrom('a', 'b')),
  events: fc.array(event, { minLength: 1, maxLength: 20 }),
});

it('events in columns are the deliveries that they would be one by one, also where there are very many', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
      const columns = new EventColumns();
      const expected: Delivery[] = [];
      for (const [index, { publisherId, events }] of entries.entries()) {
        const receipt = new Receipt(String(index), events.length);
        columns.beginEntry(receipt, publisherId);
        for (const { payload, sequence } of events) {
          columns.add(payload, 0, payload.length, sequence);
          expected.push(new Delivery('stream', receipt, payload, 0, payload.length, publisherId, sequence));
        }
      }
      const all = new StreamEvents(columns);
      assert.deepEqual(all.toDeliveries(), expected);
      assert.equal(
        all.payloadBytes,
        expected.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0),
      );
      const third = Math.floor(all.length / 3);
      const parts = [all.slice(0, third), all.slice(third, all.length)];
      assert.deepEqual(
        parts.flatMap((part) => part.toDeliveries()),
        expected,
      );
      assert.deepEqual(
        parts.flatMap((part) => part.countDone()),
        entries.map((_, index) => String(index)),
      );
    }),
  );
});

it('columns that are cleared know nothing of the events before', () => {
  const columns = new EventColumns();
  for (const id of ['1-0', '2-0']) {
    columns.clear();
    columns.beginEntry(new Receipt(id), null);
    columns.add(Buffer.from(id), 0, id.length, null);
    const events = new StreamEvents(columns);
    assert.deepEqual(
      events.toDeliveries().map(({ payload, receipt }) => [payload.toString(), receipt.id]),
      [[id, id]],
    );
  }
});
