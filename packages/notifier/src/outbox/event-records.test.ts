import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredEvent } from './event-log.ts';
import {
  createRecordReader,
  RecordDamagedError,
  recordEnd,
  recordOf,
  recordSequence,
} from './event-records.ts';

const limits = { events_max: 100, bytes_max: 1_000_000 };

const someEvents = fc
  .tuple(
    fc.nat({ max: 2 ** 40 }),
    fc.array(
      fc.record({ event_id: fc.string({ maxLength: 40 }), payload: fc.string({ unit: 'grapheme' }) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    ),
  )
  .map(([first, texts]) => texts.map((text, index): StoredEvent => ({ sequence: first + index, ...text })));

test('events come out of records as they went in, those that are asked for', () => {
  fc.assert(
    fc.property(
      someEvents,
      fc.nat({ max: 20 }),
      fc.nat({ max: 20 }),
      fc.nat({ max: 20 }),
      (events, skip, take, max) => {
        const from = (events[0]?.sequence ?? 0) + skip;
        const reader = createRecordReader(from, from + take, { ...limits, events_max: max });
        reader.read(Buffer.concat(events.map(recordOf)));
        assert.deepEqual(reader.events, events.slice(skip, skip + take + 1).slice(0, max));
      },
    ),
  );
});

test('a record has the bytes that it has for the Python client', () => {
  assert.equal(
    recordOf({ sequence: 7, event_id: 'id-\u00fc', payload: '{"a":"\u4e2d"}' }).toString('hex'),
    '2600000005000000000000001c4069642dc3bc7b2261223a22e4b8ad227d0000000000001c40',
  );
});

test('a reading goes on through several pieces, and ends at its bytes, but with one event at least', () => {
  const events = ['a', 'b', 'c', 'd'].map((letter, index) => ({
    sequence: index + 1,
    event_id: letter,
    payload: letter.repeat(100),
  }));
  const [first, second] = [events.slice(0, 2), events.slice(2)].map((part) =>
    Buffer.concat(part.map(recordOf)),
  );
  const idsWithin = (bytes_max: number) => {
    const reader = createRecordReader(1, 4, { ...limits, bytes_max });
    if (reader.read(first!)) reader.read(second!);
    return reader.events.map(({ event_id }) => event_id).join('');
  };
  assert.deepEqual([1, 250, 300, 1_000].map(idsWithin), ['a', 'ab', 'abc', 'abcd']);
});

test('a record that was half written over an earlier one is not taken for a whole one', () => {
  fc.assert(
    fc.property(someEvents, fc.nat(), ([event], where) => {
      const record = recordOf(event!);
      assert.equal(recordEnd(record, 0), record.length);
      const written = where % record.length;
      assert.equal(recordEnd(record.subarray(0, written), 0), undefined);
      const earlier = recordOf({ ...event!, sequence: event!.sequence - 1 });
      const torn = Buffer.concat([record.subarray(0, written), earlier.subarray(written)]);
      const isTaken = recordEnd(torn, 0) !== undefined && recordSequence(torn, 0) === event!.sequence;
      assert.equal(isTaken, torn.equals(record));
    }),
  );
});

test('what is wanted is read though what is behind it is damaged', () => {
  const records = [1, 2, 3].map((sequence) => recordOf({ sequence, event_id: `${sequence}`, payload: 'x' }));
  const damaged = Buffer.concat([...records.slice(0, 2), Buffer.alloc(30, 'garbage')]);
  const reader = createRecordReader(1, 2, limits);
  assert.equal(reader.read(damaged), false);
  assert.equal(reader.events.length, 2);
  assert.throws(() => createRecordReader(1, 3, limits).read(damaged), RecordDamagedError);
});

test('random bytes are no records, and whoever reads them hears of it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      assert.throws(() => createRecordReader(0, 10, limits).read(Buffer.from(bytes)), RecordDamagedError);
    }),
  );
});
