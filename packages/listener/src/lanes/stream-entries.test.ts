import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Delivery, Receipt } from '../intake/delivery.ts';
import { entriesOf, entriesOfRead } from './stream-entries.ts';

const fields = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));
const id = (text: string) => Buffer.from(text);
const deliveriesOf = (...read: Parameters<typeof entriesOf>) => entriesOf(...read).events.toDeliveries();

it('an entry becomes a delivery with what accounts for it', () => {
  const read = entriesOfRead([
    [
      id('stream'),
      [[id('5-1'), fields('event', '{}', 'event_id', 'x', 'publisher_id', 'p', 'sequence', '7')]],
    ],
  ]);
  assert.deepEqual(read.events.toDeliveries(), [
    new Delivery('stream', new Receipt('5-1'), Buffer.from('{}'), 0, 2, 'p', 7),
  ]);
  assert.deepEqual(entriesOfRead(null).events.toDeliveries(), []);
});

const first = ['event', 'a', 'event_id', 'x y', 'publisher_id', 'p', 'sequence', '7'];
const second = ['event', 'b'];

it('an entry of several events becomes a delivery of each, which share its receipt', () => {
  const read = entriesOf([[id('5-1'), fields(...first, ...second)]], [4]);
  assert.equal(read.entries, 1);
  assert.deepEqual(read.counts, [4, 4]);
  assert.deepEqual(
    read.events
      .toDeliveries()
      .map(({ payload, publisher_id, sequence }) => [`${payload}`, publisher_id, sequence]),
    [
      ['a', 'p', 7],
      ['b', 'p', 8],
    ],
  );
  const [one, other] = read.events.toDeliveries();
  assert.equal(one?.receipt.id, '5-1');
  assert.equal(one?.receipt, other?.receipt);
});

it('where an entry says twice whose its events are, or which, nobody knows', () => {
  for (const more of [
    [...second, 'sequence', '8'],
    [...second, 'publisher_id', 'q'],
  ]) {
    const deliveries = deliveriesOf([[id('5-1'), fields(...first, ...more)]], []);
    assert.deepEqual(
      deliveries.map(({ sequence }) => sequence),
      [null, null],
    );
  }
});

it('a sequence that cannot be one accounts for nothing', () => {
  for (const sequence of ['0', '-1', '1.5', '07', '9007199254740992', '9223372036854775808', 'x', '']) {
    const deliveries = deliveriesOf([[id('5-1'), fields('publisher_id', 'p', 'sequence', sequence)]], []);
    assert.deepEqual([deliveries[0]?.publisher_id, deliveries[0]?.sequence], [null, null], sequence);
  }
  const deliveries = deliveriesOf(
    ["p'; drop", 'ü', 'p'.repeat(65)].map((publisher) => [
      id('5-1'),
      fields('publisher_id', publisher, 'sequence', '1'),
    ]),
    [],
  );
  assert.deepEqual(
    deliveries.map(({ publisher_id, sequence }) => [publisher_id, sequence]),
    [
      [null, null],
      [null, null],
      [null, null],
    ],
  );
});

it('what comes behind the highest sequence accounts for nothing', () => {
  const highest = `${Number.MAX_SAFE_INTEGER}`;
  const deliveries = deliveriesOf(
    [[id('5-1'), fields('event', 'a', 'publisher_id', 'p', 'sequence', highest, ...second)]],
    [],
  );
  assert.deepEqual(
    deliveries.map(({ publisher_id, sequence }) => [publisher_id, sequence]),
    [
      ['p', Number.MAX_SAFE_INTEGER],
      [null, null],
    ],
  );
});

it('entries of several publishers are each accounted to their own', () => {
  const publishers = ['a', 'b', 'b', 'a', 'p'.repeat(64)];
  const deliveries = deliveriesOf(
    publishers.map((publisher, at) => [
      id('5-1'),
      fields('publisher_id', publisher, 'sequence', `${9_007_199_254_740_987 + at}`),
    ]),
    [],
  );
  assert.deepEqual(
    deliveries.map(({ publisher_id, sequence }) => [publisher_id, sequence]),
    publishers.map((publisher, at) => [publisher, 9_007_199_254_740_987 + at]),
  );
});

it('counts stay with their entries where the content of others is gone', () => {
  const read = entriesOf(
    [
      [id('1-0'), null],
      [id('2-0'), fields('event', 'a')],
      [id('3-0'), null],
    ],
    [5, 6, 7],
  );
  assert.deepEqual([read.gone, read.counts, read.lastId], [['1-0', '3-0'], [6], '3-0']);
});

it('an entry without an event is shown as it is', () => {
  const deliveries = deliveriesOf([[id('1-0'), fields('some', 'thing')]], []);
  assert.equal(deliveries[0]?.payload.toString(), '["some","thing"]');
});
