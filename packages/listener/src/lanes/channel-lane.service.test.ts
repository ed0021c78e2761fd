import assert from 'node:assert/strict';
import { mkdtempSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@taskwire/protocol';
import { failOnLeaks, startRedis, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { addToStream, lifeOfTasks, wireEvent, wireEventV0 } from '../../test/wire-event.ts';

failOnLeaks();

describe('the channel lane', () => {
  it('applies what is published and comes by no other lane', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
      what: 'a subscriber',
    });
    await bed.redis.publish(bed.names.channel, JSON.stringify(wireEvent({ status: 'RUNNING' })));
    await bed.redis.publish(bed.names.channel, wireEventV0('task-2', 'RUNNING'));
    await bed.redis.publish(bed.names.channel, 'not an event');
    await waitUntil(async () => (await bed.count('task_logs')) === 2, {
      what: 'both events',
      timeoutMs: 3_000,
    });
    await waitUntil(async () => (await bed.count('dead_letters')) === 1, { what: 'the dead letter' });
    await waitUntil(() => listener.metrics().committed.channel === 2, { what: 'their count' });
  });

  it('drops the copies of what the stream brings', async () => {
    await using bed = await layListenerBed();
    // Looked at after this time, when the stream has long brought them.
    const listener = bed.listener({ channelHoldMs: 3_000 });
    await listener.start();
    await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
      what: 'a subscriber',
    });
    const events = lifeOfTasks('task', 100);
    for (const event of events) {
      await addToStream(bed.redis, bed.names, [event]);
      await bed.redis.publish(bed.names.channel, JSON.stringify(event));
    }
    await waitUntil(() => listener.metrics().gauges.channel_copies_held === 200, { what: '200 copies' });
    await waitUntil(async () => (await bed.count('task_logs')) === 200, { what: '200 history rows' });
    await waitUntil(() => listener.metrics().gauges.channel_copies_held === 0, {
      what: 'no held copies',
      timeoutMs: 9_000,
    });
    assert.equal(listener.metrics().received.channel, undefined);
  });

  it('drops the copies of what another replica has committed', async () => {
    await using bed = await layListenerBed();
    const leader = bed.listener({ lanes: { stream: false, list: false }, channelHoldMs: 2_000 });
    await leader.start();
    await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
      what: 'a subscriber',
    });
    const other = bed.listener();
    await other.start();
    const events = lifeOfTasks('task', 20);
    for (const event of events) await bed.redis.publish(bed.names.channel, JSON.stringify(event));
    await addToStream(bed.redis, bed.names, events);
    await waitUntil(async () => (await bed.count('task_logs')) === 40, { what: '40 history rows' });
    await waitUntil(() => leader.metrics().gauges.channel_copies_held === 0, {
      what: 'no held copies',
      timeoutMs: 9_000,
    });
    assert.equal(leader.metrics().received.channel, undefined);
  });

  it('leaves its copies to the stream while that is behind', async () => {
    await using bed = await layListenerBed();
    const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
    const failpoints = { beforeCommit: () => heard.then(() => delay(30)) };
    const listener = bed.listener({ batchEventsMax: 20, channelHoldMs: 20, failpoints });
    await listener.start();
    await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
      what: 'a subscriber',
    });
    const events = lifeOfTasks('task', 400);
    await addToStream(bed.redis, bed.names, events);
    await Promise.all(events.map((event) => bed.redis.publish(bed.names.channel, JSON.stringify(event))));
    // A copy that comes after its commit is kept for its time, and applied: not what this is about.
    await waitUntil(() => listener.metrics().gauges.channel_copies_held === 800, { what: '800 copies' });
    hear();
    await waitUntil(async () => (await bed.count('task_logs')) === 800, { what: '800 history rows' });
    assert.equal(listener.metrics().received.channel ?? 0, 0);
  });

  it('is the lane while Redis takes no writes, and the stream goes on afterwards', async () => {
    await using redis = await startRedis();
    await using bed = await layListenerBed({ redisUrl: redis.url });
    const listener = bed.listener();
    await listener.start();
    await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
      what: 'a subscriber',
    });
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 3);
    const events = lifeOfTasks('task', 10);
    for (const event of events) await bed.redis.publish(bed.names.channel, JSON.stringify(event));
    await waitUntil(async () => (await bed.count('task_logs')) === 20, { what: '20 history rows' });
    await waitUntil(() => listener.health().state === 'degraded', { what: 'health to say so' });
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
    await addToStream(bed.redis, bed.names, lifeOfTasks('later', 10, 'publisher-2'));
    await waitUntil(async () => (await bed.count('task_logs')) === 40, { what: '40 history rows' });
    await waitUntil(() => listener.health().state === 'ok', { what: 'health to be well' });
  });

  it('works on where Redis cannot save and refuses even PING', async () => {
    await using redis = await startRedis({
      config: { 'enable-protected-configs': 'local', save: '3600 1000000' },
    });
    await using bed = await layListenerBed({ redisUrl: redis.url });
    await bed.listener().start();
    await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
      what: 'a subscriber',
    });
    const gone = mkdtempSync(path.join(redis.directory, 'gone-'));
    await redis.command('CONFIG', 'SET', 'dir', gone);
    rmdirSync(gone);
    await redis.command('BGSAVE');
    await waitUntil(() => bed.redis.ping().then(() => false, messageOf), { what: 'a refused PING' });
    // Until the lane has asked at least once whether its connection lives.
    for (const [index, event] of lifeOfTasks('task', 10).entries()) {
      await bed.redis.publish(bed.names.channel, JSON.stringify(event));
      await waitUntil(async () => (await bed.count('task_logs')) === index + 1, { what: 'the event' });
    }
  });

  it('subscribes again when its connection is cut, again and again', async () => {
    await using redis = await startRedis();
    await using bed = await layListenerBed({ redisUrl: redis.url });
    const listener = bed.listener();
    await listener.start();
    for (let i = 0; i < 5; i++) {
      await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
        what: 'a subscriber',
      });
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {});
    }
    await waitUntil(async () => (await bed.redis.pubsub('NUMSUB', bed.names.channel))[1] === 1, {
      what: 'a subscriber',
    });
    await bed.redis.publish(bed.names.channel, JSON.stringify(wireEvent({ status: 'RUNNING' })));
    await addToStream(bed.redis, bed.names, [wireEvent({ status: 'SUCCESS', sequence: 2 })]);
    await waitUntil(async () => (await bed.count('task_logs')) === 2, { what: 'both events' });
  });
});
