import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { processingListKey, queueConsumersKey } from '@taskwire/protocol';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { wireEventV0 } from '../../test/wire-event.ts';

failOnLeaks();

describe('the list lane', () => {
  it('brings what version 0 producers push into the database, and leaves nothing in its processing list', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener({ lanes: { stream: false, channel: false } });
    for (let i = 0; i < 50; i++) await bed.redis.lpush(bed.names.queue, wireEventV0(`task-${i}`, 'RUNNING'));
    await listener.start();
    for (let i = 0; i < 50; i++) await bed.redis.lpush(bed.names.queue, wireEventV0(`task-${i}`, 'SUCCESS'));
    await waitUntil(async () => (await bed.count('task_logs')) === 100, { what: '100 history rows' });
    assert.equal(await bed.count("task_requests WHERE status = 'SUCCESS'"), 50);
    await waitUntil(
      async () => (await bed.redis.exists(processingListKey(bed.names, listener.consumer))) === 0,
      { what: 'an empty processing list' },
    );
    await listener.stop();
    assert.equal(await bed.redis.exists(queueConsumersKey(bed.names)), 0);
  });

  it('applies once what comes by the list and by the channel', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    await waitUntil(() => listener.metrics().gauges.leader === 1, { what: 'a leader' });
    for (let i = 0; i < 100; i++) {
      const text = wireEventV0(`task-${i >> 1}`, i % 2 === 0 ? 'RUNNING' : 'SUCCESS');
      await bed.redis.publish(bed.names.channel, text);
      await bed.redis.lpush(bed.names.queue, text);
    }
    await waitUntil(async () => (await bed.count('task_logs')) === 100, { what: '100 history rows' });
    await waitUntil(() => listener.metrics().gauges.channel_copies_held === 0, { what: 'no held copies' });
    assert.equal(await bed.count('task_logs'), 100);
    assert.equal(await bed.count('dead_letters'), 0);
  });

  it('recovers what a dead consumer had taken, in order, also when it is entered nowhere', async () => {
    await using bed = await layListenerBed();
    await bed.redis.lpush(processingListKey(bed.names, 'dead'), wireEventV0('task-1', 'RUNNING'));
    await bed.redis.zadd(queueConsumersKey(bed.names), 1, 'dead');
    await bed.redis.lpush(processingListKey(bed.names, 'unheard-of'), wireEventV0('task-2', 'RUNNING'));
    const listener = bed.listener({ claimIdleMs: 300 });
    await listener.start();
    await waitUntil(async () => (await bed.count('task_logs')) === 2, { what: 'both' });
    assert.equal(await bed.redis.exists(processingListKey(bed.names, 'dead')), 0);
    assert.equal(await bed.redis.exists(processingListKey(bed.names, 'unheard-of')), 0);
    assert.equal(listener.metrics().totals.entries_claimed, 2);
  });

  it('takes first what it had taken before under the same name', async () => {
    await using bed = await layListenerBed();
    await bed.redis.lpush(processingListKey(bed.names, 'fixed'), wireEventV0('task-1', 'RUNNING'));
    await bed.redis.lpush(bed.names.queue, wireEventV0('task-2', 'RUNNING'));
    const listener = bed.listener({ consumer: 'fixed' });
    await listener.start();
    await waitUntil(async () => (await bed.count('task_logs')) === 2, { what: 'both' });
    await waitUntil(async () => (await bed.redis.exists(processingListKey(bed.names, 'fixed'))) === 0, {
      what: 'an empty processing list',
    });
  });

  it('says that a key of another type stands in its way, and goes on when it is gone', async () => {
    await using bed = await layListenerBed();
    await bed.redis.set(bed.names.queue, 'not a list');
    const listener = bed.listener();
    await listener.start();
    const lane = () => listener.health().parts.find(({ part }) => part === 'list_lane');
    await waitUntil(() => lane()?.state === 'down', { what: 'the lane to be down' });
    assert.match(lane()?.detail ?? '', /another type/);
    await bed.redis.del(bed.names.queue);
    await bed.redis.lpush(bed.names.queue, wireEventV0('task-1', 'RUNNING'));
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
  });

  it('dead-letters what cannot be read, and goes on', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    await bed.redis.lpush(
      bed.names.queue,
      'no',
      '',
      '[]',
      Buffer.from([0xff]),
      wireEventV0('task-1', 'SUCCESS'),
    );
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the good one' });
    await waitUntil(async () => (await bed.count('dead_letters')) === 4, { what: 'the others' });
  });
});
