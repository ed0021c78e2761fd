import assert from 'node:assert/strict';
import { it } from 'node:test';
import { wireEvent, wireEventV0 } from '../../test/wire-event.ts';
import { eachCopy, identifyCopy } from './identify-copy.ts';

const options = { nowMs: Date.now(), earliestMs: 0, eventBytesMax: 1_000_000 };
const identify = (text: string) => identifyCopy(Buffer.from(text), options);
const event = wireEvent({ status: 'RUNNING' });

it('the event_id of a version 1 event is found, however the JSON is spaced', () => {
  const expected = { id: event.event_id, durableLane: 'stream' };
  assert.deepEqual(identify(JSON.stringify(event)), expected);
  assert.deepEqual(identify(JSON.stringify(event).replaceAll('":', '": ')), expected);
  assert.deepEqual(identify(JSON.stringify(event, null, 2)), expected);
});

it('data that names an event_id of its own does not pass for the event', () => {
  const other = wireEvent({
    status: 'SUCCESS',
    data: { event_id: wireEvent({ status: 'RUNNING' }).event_id },
  });
  assert.equal(identify(JSON.stringify(other)).id, other.event_id);
});

it('a version 0 event has the id that it has by the list', () => {
  const text = wireEventV0('task-1', 'RUNNING');
  const identity = identify(text);
  assert.equal(identity.durableLane, 'list');
  assert.match(identity.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8/);
  assert.deepEqual(identify(text), identity);
});

it('what is no event is held like any other copy', () => {
  assert.equal(identify('rubbish').id, identify('rubbish').id);
  assert.notEqual(identify('rubbish').id, identify('other rubbish').id);
});

it('which messages of a block name their event is seen of each of them', () => {
  const message = (payload: string) => `$${payload.length}\r\n${payload}\r\n`;
  const blockOf = (payloads: readonly string[]) => ({
    bytes: Buffer.from(payloads.map(message).join('')),
    messages: payloads.length,
    headBytes: 1,
  });
  const seen = (payloads: readonly string[]) => {
    const named: boolean[] = [];
    eachCopy(blockOf(payloads), (_from, _to, namesItsEvent) => named.push(namesItsEvent));
    return named;
  };
  const [one, none] = [JSON.stringify(event), wireEventV0('task-1', 'RUNNING')];
  assert.deepEqual(seen([one, none, one, one, none]), [true, false, true, true, false]);
});
