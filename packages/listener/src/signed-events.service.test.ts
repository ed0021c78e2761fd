import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type NamedKey, processingListKey, STREAM_FIELDS, signEvent } from '@taskwire/protocol';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import { type ListenerBed, layListenerBed } from '../test/listener-bed.ts';
import { type WireEvent, wireEvent, wireEventV0 } from '../test/wire-event.ts';
import { createSignatureCheck, type SignatureRules } from './signatures/signature-check.ts';
import { createDeadLetterRepository } from './store/dead-letter-repository.ts';
import { createTaskStatusService } from './store/task-status-service.ts';

failOnLeaks();

const newKey = (id: string): NamedKey => ({ id, key: createSecretKey(randomBytes(32)) });
const [september, october] = [newKey('september'), newKey('october')];

/** Sequence and publisher beside the event are those of the event unless others are given. */
const addText = (bed: ListenerBed, event: WireEvent, text: string, beside: Partial<WireEvent> = {}) =>
  bed.redis.xadd(
    bed.names.stream,
    '*',
    ...[STREAM_FIELDS.event, text],
    ...[STREAM_FIELDS.eventId, beside.event_id ?? event.event_id],
    ...[STREAM_FIELDS.publisherId, beside.publisher_id ?? event.publisher_id],
    ...[STREAM_FIELDS.sequence, beside.sequence ?? event.sequence],
  );
const signed = (event: WireEvent, key: NamedKey): string => signEvent(JSON.stringify(event), key);

async function listening(rules: SignatureRules) {
  const bed = await layListenerBed();
  const listener = bed.listener({ signatures: createSignatureCheck(rules), channelHoldMs: 60_000 });
  await listener.start();
  return bed;
}
const settled = (bed: ListenerBed) =>
  waitUntil(
    async () =>
      (await bed.redis.xlen(bed.names.stream)) === 0 &&
      (await bed.redis.llen(bed.names.queue)) === 0 &&
      (await bed.redis.keys(processingListKey(bed.names, '*'))).length === 0,
    { what: 'empty lanes' },
  );
const reasons = async (bed: ListenerBed): Promise<readonly unknown[]> => {
  const rows = await bed.database.query<{ readonly reason: string }>({
    name: '',
    sql: 'SELECT reason FROM dead_letters ORDER BY id',
  });
  return rows.map(({ reason }) => reason);
};
const statusOf = async (bed: ListenerBed, id: string): Promise<string | undefined> => {
  const [row] = await bed.database.query<{ readonly status: string }>(
    { name: '', sql: 'SELECT status FROM task_requests WHERE task_request_id = $1' },
    [id],
  );
  return row?.status;
};

describe('where signatures are demanded', () => {
  it('a signed event passes; forged, unsigned, and by a key that is not known, each is kept with its own reason', async () => {
    await using bed = await listening({ keys: [september], required: 'all' });
    const good = wireEvent({ status: 'SUCCESS', task_request_id: 'good' });
    await addText(bed, good, signed(good, september));
    await waitUntil(async () => (await statusOf(bed, 'good')) === 'SUCCESS', { what: 'the signed one' });

    const bad = wireEvent({ status: 'SUCCESS', task_request_id: 'bad', sequence: 2 });
    await addText(bed, bad, signed(bad, september).replace('"SUCCESS"', '"FAILURE"'));
    await waitUntil(async () => (await bed.count('dead_letters')) === 1, { what: 'the forged one' });
    await addText(bed, bad, JSON.stringify(bad));
    await waitUntil(async () => (await bed.count('dead_letters')) === 2, { what: 'the unsigned one' });
    await addText(bed, bad, signed(bad, october));
    await waitUntil(async () => (await bed.count('dead_letters')) === 3, { what: 'the unknown key' });
    await bed.redis.lpush(bed.names.queue, wireEventV0('bad', 'SUCCESS'));
    await waitUntil(async () => (await bed.count('dead_letters')) === 4, { what: 'version 0' });
    assert.deepEqual(await reasons(bed), [
      'signature_invalid',
      'signature_missing',
      'signature_key_unknown',
      'signature_missing',
    ]);
    assert.equal(await statusOf(bed, 'bad'), undefined);
  });

  it('nobody without a key has a sequence counted as received that is still on its way', async () => {
    await using bed = await listening({ keys: [september], required: 'all' });
    const event = wireEvent({ status: 'RUNNING', publisher_id: 'honest', sequence: 1 });
    await addText(bed, event, 'no event at all');
    await addText(bed, event, JSON.stringify(event));
    const theirs = signEvent('{"signed":"and no event"}', september);
    await addText(bed, event, theirs);
    await settled(bed);
    assert.equal(await bed.count('dead_letters'), 3);
    assert.equal(await bed.count('task_publishers'), 0);
    assert.equal(await bed.redis.hget(bed.names.acks, 'honest'), null);
    // Poison of somebody who has the key counts, so that nothing stalls behind it.
    const poison = wireEvent({ status: 'RUNNING', publisher_id: 'honest', sequence: 1, attempt: -1 });
    await addText(bed, poison, signed(poison, september));
    await waitUntil(async () => (await bed.count('task_publishers')) === 1, { what: 'the poison' });
  });

  it('a signed event cannot be given another place beside it', async () => {
    await using bed = await listening({ keys: [september], required: 'all' });
    const event = wireEvent({ status: 'RUNNING', publisher_id: 'honest', sequence: 5 });
    const text = signed(event, september);
    await addText(bed, event, text, { sequence: 6 });
    await waitUntil(async () => (await bed.count('dead_letters')) === 1, { what: 'another sequence' });
    await addText(bed, event, text, { publisher_id: 'other' });
    await settled(bed);
    assert.deepEqual([...new Set(await reasons(bed))], ['signature_invalid']);
    assert.equal(await bed.count('task_publishers'), 0);
    // The id beside it is not looked at: the one that was signed counts.
    await addText(bed, event, text, { event_id: 'another' });
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
  });

  it('a signed event that somebody sends again changes nothing', async () => {
    await using bed = await listening({ keys: [september], required: 'all' });
    const event = wireEvent({ status: 'RUNNING', task_request_id: 'again' });
    const text = signed(event, september);
    for (let i = 0; i < 3; i++) await addText(bed, event, text);
    await bed.redis.lpush(bed.names.queue, text);
    await settled(bed);
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
    assert.equal(await bed.count('dead_letters'), 0);
  });

  it('with version_1, only what says that it is version 0 passes without', async () => {
    await using bed = await listening({ keys: [september], required: 'version_1' });
    await bed.redis.lpush(bed.names.queue, wireEventV0('old', 'SUCCESS'));
    const event = wireEvent({ status: 'SUCCESS', task_request_id: 'new' });
    await addText(bed, event, JSON.stringify(event));
    await settled(bed);
    assert.deepEqual(await reasons(bed), ['signature_missing']);
    assert.equal(await statusOf(bed, 'old'), 'SUCCESS');
  });
});

describe('keys', () => {
  it('are exchanged without a gap: both count for a while, and one that is taken away counts no more', async () => {
    await using bed = await layListenerBed();
    const send = async (id: string, key: NamedKey, sequence: number) => {
      const event = wireEvent({ status: 'SUCCESS', task_request_id: id, sequence });
      await addText(bed, event, signed(event, key));
      await settled(bed);
    };
    const withKeys = async (...keys: readonly NamedKey[]) => {
      const listener = bed.listener({ signatures: createSignatureCheck({ keys, required: 'all' }) });
      await listener.start();
      return listener;
    };
    const before = await withKeys(september);
    await send('a', september, 1);
    await before.stop();
    const during = await withKeys(october, september);
    await send('b', september, 2);
    await send('c', october, 3);
    await during.stop();
    const after = await withKeys(october);
    await send('d', october, 4);
    await send('e', september, 5);
    await after.stop();
    const statuses = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => statusOf(bed, id)));
    assert.deepEqual(statuses, ['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', undefined]);
    assert.deepEqual(await reasons(bed), ['signature_key_unknown']);
  });

  it('that come to be known let dead letters be replayed; what is forged stays out', async () => {
    await using bed = await listening({ keys: [september], required: 'all' });
    const event = wireEvent({ status: 'SUCCESS', task_request_id: 'late' });
    await addText(bed, event, signed(event, october));
    await settled(bed);
    await addText(bed, event, signed(event, october).replace('"SUCCESS"', '"FAILURE"'));
    await settled(bed);
    const [genuine = 0, forged = 0] = await createDeadLetterRepository(bed.database).ids({}, 0, 10);
    const serviceWith = (...keys: readonly NamedKey[]) =>
      createTaskStatusService(bed.database, {
        signatures: createSignatureCheck({ keys, required: 'all' }),
      });
    await assert.rejects(serviceWith(september).replayDeadLetter(genuine), {
      code: 'event_invalid',
      message: /the key october, which is not known here/,
    });
    const later = serviceWith(september, october);
    assert.equal((await later.replayDeadLetter(genuine)).replayed, true);
    assert.equal(await statusOf(bed, 'late'), 'SUCCESS');
    await assert.rejects(later.replayDeadLetter(forged), { message: /does not belong to this event/ });
  });

  it('where none is demanded, what is signed has to be right all the same', async () => {
    await using bed = await listening({ keys: [september], required: 'none' });
    const plain = wireEvent({ status: 'SUCCESS', task_request_id: 'plain' });
    const forged = wireEvent({ status: 'SUCCESS', task_request_id: 'forged', sequence: 2 });
    await addText(bed, plain, JSON.stringify(plain));
    await addText(bed, forged, signed(forged, newKey('september')));
    await settled(bed);
    assert.deepEqual(await reasons(bed), ['signature_invalid']);
    assert.deepEqual([await statusOf(bed, 'plain'), await statusOf(bed, 'forged')], ['SUCCESS', undefined]);
  });
});
