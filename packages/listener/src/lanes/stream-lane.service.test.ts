import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONSUMER_GROUP } from '@taskwire/protocol';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { addToStream, lifeOfTasks, wireEvent } from '../../test/wire-event.ts';

failOnLeaks();

describe('the stream lane', () => {
  it('brings every event of the stream into the database once, empties the stream and acknowledges', async () => {
    await using bed = await layListenerBed();
    const events = lifeOfTasks('task', 500);
    await addToStream(bed.redis, bed.names, events.slice(0, 300));
    const listener = bed.listener();
    await listener.start();
    await addToStream(bed.redis, bed.names, events.slice(300));
    await waitUntil(async () => (await bed.count('task_logs')) === 1000, { what: '1000 history rows' });
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    assert.equal(await bed.count("task_requests WHERE status = 'SUCCESS'"), 500);
    const ack = await waitUntil(
      async () => {
        const text = await bed.redis.hget(bed.names.acks, 'publisher-1');
        return text?.includes('"low_water":1000') === true && text;
      },
      { what: 'the ack of all' },
    );
    assert.deepEqual(JSON.parse(ack), { low_water: 1000, missing: [], highest: 1000 });
    assert.equal(listener.metrics().committed.stream, 1000);
    assert.equal(listener.health().state, 'ok');
  });

  it('brings in every event of entries that hold several, more of them than a batch may have', async () => {
    await using bed = await layListenerBed();
    await addToStream(bed.redis, bed.names, lifeOfTasks('task', 1_600), 16);
    const listener = bed.listener({ batchEventsMax: 100 });
    await listener.start();
    await waitUntil(async () => (await bed.count('task_logs')) === 3_200, { what: '3200 history rows' });
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    assert.deepEqual(await bed.redis.xpending(bed.names.stream, CONSUMER_GROUP), [0, null, null, null]);
    const [publisher] = await bed.service.publisherProgress(60);
    assert.deepEqual([publisher?.low_water, publisher?.missing], [3_200, []]);
    assert.equal(listener.metrics().committed.stream, 3_200);
  });

  it('stops cleanly, leaving no consumer behind where it holds nothing', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    await addToStream(bed.redis, bed.names, [wireEvent({ status: 'RUNNING' })]);
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
    const begun = performance.now();
    await listener.stop();
    assert.ok(performance.now() - begun < 1_000, `${performance.now() - begun} ms`);
    assert.deepEqual(await bed.redis.xinfo('CONSUMERS', bed.names.stream, CONSUMER_GROUP), []);
  });
});
