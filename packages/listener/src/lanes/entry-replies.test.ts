import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Delivery } from '../intake/delivery.ts';
import { createBlockPool } from './block-pool.ts';
import { createEntryReply, entriesHead } from './entry-replies.ts';
import { entriesOf } from './stream-entries.ts';

const STREAM = 'taskwire:stream';
const HEAD = entriesHead(STREAM);
const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const array = (items: readonly string[]) => `*${items.length}\r\n${items.join('')}`;

interface Entry {
  readonly id: string;
  readonly fields: readonly string[];
}
const textOf = (entries: readonly Entry[]) =>
  array([
    array([bulk(STREAM), array(entries.map(({ id, fields }) => array([bulk(id), array(fields.map(bulk))])))]),
  ]);
/** Wherever in memory it stands. */
const shown = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ lane, payload, receipt, publisher_id, sequence }) => ({
    lane,
    payload,
    entry: receipt.id,
    publisher_id,
    sequence,
  }));
const asTheClientReadsIt = (entries: readonly Entry[]) =>
  shown(
    entriesOf(
      entries.map(({ id, fields }) => [Buffer.from(id), fields.map((field) => Buffer.from(field))]),
      [],
    ).events.toDeliveries(),
  );

const field = fc.tuple(
  fc.constantFrom('event', 'event_id', 'publisher_id', 'sequence', 'other', ''),
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('p', '17', '*2\r\n$1\r\n', '{"a":"\r\n"}')),
);
const entry = fc.record({
  id: fc.tuple(fc.nat(), fc.nat()).map((parts) => parts.join('-')),
  fields: fc.array(field, { minLength: 1, maxLength: 5 }).map((pairs) => pairs.flat()),
});

/** Small, so that many replies need several. */
const memory = { blocks: createBlockPool(512, 8), columns: [] };

/** Hands the bytes over in pieces, cut at these places. */
function readInPieces(text: string, cuts: readonly number[]) {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const reply = createEntryReply(HEAD, memory);
  let rest: Buffer | null = null;
  for (let i = 1; i < places.length && rest === null; i++) {
    // A copy, which lies elsewhere in its memory.
    rest = reply.read(Buffer.concat([bytes.subarray(places[i - 1], places[i])]));
    if (rest !== null) rest = Buffer.concat([rest, bytes.subarray(places[i])]);
  }
  return { reply, rest };
}

describe('a reply with entries', () => {
  it('brings what the client would make of it, however the connection cuts it', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), fc.array(fc.nat()), (entries, cuts) => {
        const { reply, rest } = readInPieces(textOf(entries), cuts);
        assert.equal(rest?.length, 0);
        assert.ok(reply.hasEntries);
        assert.deepEqual(shown(reply.events.toDeliveries()), asTheClientReadsIt(entries));
      }),
    );
  });

  it('brings it in memory of its own until it is done with, and then in that which others had', () => {
    const one = Array.from({ length: 20 }, (_, index) => ({
      id: `${index}-1`,
      fields: ['event', 'x'.repeat(index)],
    }));
    const other = one.map(({ id }, index) => ({ id, fields: ['event', 'y'.repeat(index)] }));
    const cuts = Array.from({ length: 20 }, (_, index) => 60 * index);
    const first = readInPieces(textOf(one), cuts).reply;
    const second = readInPieces(textOf(other), cuts).reply;
    assert.deepEqual(shown(first.events.toDeliveries()), asTheClientReadsIt(one));
    const { buffer } = first.events.toDeliveries().at(-1)?.payload ?? Buffer.of();
    first.done();
    const third = readInPieces(textOf(other), cuts).reply;
    assert.ok(third.events.toDeliveries().some(({ payload }) => payload.buffer === buffer));
    for (const { events } of [second, third])
      assert.deepEqual(shown(events.toDeliveries()), asTheClientReadsIt(other));
  });

  it('keeps of a large entry no memory that it has outgrown', () => {
    let taken = 0;
    const counting = {
      take: (bytes: number) => {
        taken += bytes;
        return Buffer.alloc(bytes);
      },
      giveBack: (block: Buffer) => {
        taken -= block.length;
      },
    };
    const text = textOf([{ id: '1-0', fields: ['event', 'x'.repeat(1_000_000)] }]);
    const reply = createEntryReply(HEAD, { blocks: counting, columns: [] });
    for (let at = 0; at < text.length; at += 50_000) reply.read(Buffer.from(text.slice(at, at + 50_000)));
    assert.equal(reply.events.payloadBytes, 1_000_000);
    assert.ok(taken <= 2.2 * text.length, `${taken} bytes`);
    reply.done();
    assert.equal(taken, 0);
  });

  it('leaves what stands behind it', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), fc.array(fc.nat()), (entries, cuts) => {
        const { reply, rest } = readInPieces(`${textOf(entries)}:12\r\n+OK\r\n`, cuts);
        assert.equal(rest?.toString(), ':12\r\n+OK\r\n');
        assert.equal(reply.entries, entries.length);
      }),
    );
  });

  it('may hold entries of many chunks, of one large value or of many small ones', () => {
    const cuts = Array.from({ length: 2_000 }, (_, index) => index * 1_000);
    const large = { id: '1-0', fields: ['event', 'x'.repeat(1_000_000)] };
    const small = { id: '2-0', fields: Array.from({ length: 100_000 }, (_, index) => `${index}`) };
    const { reply, rest } = readInPieces(textOf([large, small, large]), cuts);
    assert.equal(rest?.length, 0);
    assert.deepEqual(shown(reply.events.toDeliveries()), asTheClientReadsIt([large, small, large]));
  });
});

it('every other reply is left as it is', () => {
  const others = [
    '*-1\r\n',
    ':12\r\n',
    '+OK\r\n',
    '-NOGROUP no such key\r\n',
    '$-1\r\n',
    '*0\r\n',
    '*1\r\n:1\r\n',
  ];
  others.push(array([array([bulk('another:stream'), array([])])]));
  fc.assert(
    fc.property(fc.constantFrom(...others), fc.array(fc.nat()), (other, cuts) => {
      const { reply, rest } = readInPieces(other, cuts);
      assert.equal(rest?.toString(), other);
      assert.equal(reply.hasEntries, false);
    }),
  );
});

it('what is no reply is said to be none', () => {
  for (const wrong of ['*2\r\n$3\r\n1-0\r\n$1\r\nx\r\n', '*2\r\n:1\r\n', '*2x\r\n$3\r\n']) {
    const text = `*1\r\n*2\r\n${bulk(STREAM)}*1\r\n${wrong}`;
    assert.throws(() => createEntryReply(HEAD, memory).read(Buffer.from(text)), /not as the protocol has it/);
  }
});
