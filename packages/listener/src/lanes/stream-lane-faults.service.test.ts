import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONSUMER_GROUP, recoveredListKey, suspectsKey } from '@taskwire/protocol';
import { failOnLeaks, startRedis, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { addToStream, lifeOfTasks, wireEvent, wireEventV0 } from '../../test/wire-event.ts';

failOnLeaks();

describe('the stream lane under faults', () => {
  it('makes the group again at the start of the stream when it is destroyed, and misses nothing', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    const events = lifeOfTasks('task', 100);
    for (let i = 0; i < events.length; i += 20) {
      await addToStream(bed.redis, bed.names, events.slice(i, i + 20));
      await bed.redis.xgroup('DESTROY', bed.names.stream, CONSUMER_GROUP).catch(() => {});
    }
    await waitUntil(async () => (await bed.count('task_logs')) === 200, { what: '200 history rows' });
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
  });

  it('goes on when the stream itself is deleted under it', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    for (let i = 0; i < 5; i++) {
      const events = lifeOfTasks(`task-${i}`, 1);
      await addToStream(bed.redis, bed.names, events);
      await waitUntil(async () => (await bed.count('task_logs')) === 2 * (i + 1), { what: `round ${i}` });
      await bed.redis.del(bed.names.stream);
    }
  });

  it('says that a key of another type stands in its way, and goes on when it is gone', async () => {
    await using bed = await layListenerBed();
    await bed.redis.set(bed.names.stream, 'not a stream');
    const listener = bed.listener();
    await listener.start();
    const lane = () => listener.health().parts.find(({ part }) => part === 'stream_lane');
    await waitUntil(() => lane()?.state === 'down', { what: 'the lane to be down' });
    assert.match(lane()?.detail ?? '', /another type/);
    await bed.redis.del(bed.names.stream);
    await addToStream(bed.redis, bed.names, [wireEvent({ status: 'RUNNING' })]);
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
    await waitUntil(() => lane()?.state === 'ok', { what: 'the lane to be well' });
  });

  it('takes over what a dead consumer had read, and forgets the consumer', async () => {
    await using bed = await layListenerBed();
    const events = lifeOfTasks('task', 50);
    await bed.redis.xgroup('CREATE', bed.names.stream, CONSUMER_GROUP, '0', 'MKSTREAM');
    await addToStream(bed.redis, bed.names, events);
    await bed.redis.xreadgroup(
      'GROUP',
      CONSUMER_GROUP,
      'dead',
      'COUNT',
      70,
      'STREAMS',
      bed.names.stream,
      '>',
    );
    const listener = bed.listener({ claimIdleMs: 200 });
    await listener.start();
    await waitUntil(async () => (await bed.count('task_logs')) === 100, { what: '100 history rows' });
    assert.equal(listener.metrics().totals.entries_claimed, 70);
    await waitUntil(
      async () => {
        const consumers = await bed.redis.xinfo('CONSUMERS', bed.names.stream, CONSUMER_GROUP);
        return JSON.stringify(consumers).includes('dead') === false;
      },
      { what: 'the end of the dead consumer' },
    );
  });

  it('takes its own entries again first when it comes back under the same name', async () => {
    await using bed = await layListenerBed();
    await bed.redis.xgroup('CREATE', bed.names.stream, CONSUMER_GROUP, '0', 'MKSTREAM');
    await addToStream(bed.redis, bed.names, lifeOfTasks('task', 10));
    await bed.redis.xreadgroup(
      'GROUP',
      CONSUMER_GROUP,
      'fixed',
      'COUNT',
      5,
      'STREAMS',
      bed.names.stream,
      '>',
    );
    await bed.redis.xdel(
      bed.names.stream,
      (await bed.redis.xrange(bed.names.stream, '-', '+'))[1]?.[0] ?? '',
    );
    const listener = bed.listener({ consumer: 'fixed', claimIdleMs: 60_000 });
    await listener.start();
    await waitUntil(async () => (await bed.count('task_logs')) === 19, { what: '19 history rows' });
    const pending = await waitUntil(
      async () => {
        const [count] = await bed.redis.xpending(bed.names.stream, CONSUMER_GROUP);
        return count === 0 && 'none';
      },
      { what: 'nothing pending' },
    );
    assert.equal(pending, 'none');
  });

  it('dead-letters an entry that listeners died of, after it was tried alone, and applies its neighbours', async () => {
    await using bed = await layListenerBed();
    await bed.redis.xgroup('CREATE', bed.names.stream, CONSUMER_GROUP, '0', 'MKSTREAM');
    await addToStream(bed.redis, bed.names, lifeOfTasks('task', 2));
    const ids = (await bed.redis.xrange(bed.names.stream, '-', '+')).map(([id]) => id);
    for (let delivery = 0; delivery < 4; delivery++) {
      const start = delivery === 0 ? '>' : '0';
      await bed.redis.xreadgroup('GROUP', CONSUMER_GROUP, 'dead', 'STREAMS', bed.names.stream, start);
    }
    // Three listeners began to apply the second one, and were never heard of again.
    await bed.redis.hset(suspectsKey(bed.names), ids[1] ?? '', 3);
    const listener = bed.listener({ claimIdleMs: 200 });
    await listener.start();
    await waitUntil(async () => (await bed.count('task_logs')) === 3, { what: 'the neighbours' });
    await waitUntil(async () => (await bed.count("dead_letters WHERE reason = 'kills_the_listener'")) === 1, {
      what: 'the dead letter',
    });
    await waitUntil(() => listener.metrics().dead_letters.kills_the_listener === 1, { what: 'its count' });
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    await waitUntil(async () => (await bed.redis.exists(suspectsKey(bed.names))) === 0, { what: 'no marks' });
    const [publisher] = await bed.service.publisherProgress(60);
    assert.deepEqual([publisher?.low_water, publisher?.missing], [4, []]);
  });

  it('tries what listeners may have died of while no other lane does, which would be blamed for its death', async () => {
    await using bed = await layListenerBed();
    const { redis, names } = bed;
    await redis.xgroup('CREATE', names.stream, CONSUMER_GROUP, '0', 'MKSTREAM');
    await addToStream(redis, names, [wireEvent({ status: 'SUCCESS', task_request_id: 'streamed' })]);
    for (const start of ['>', '0', '0', '0']) {
      await redis.xreadgroup('GROUP', CONSUMER_GROUP, 'dead', 'STREAMS', names.stream, start);
    }
    await redis.rpush(recoveredListKey(names), wireEventV0('listed', 'SUCCESS'));
    let trying = 0;
    let together = 0;
    const beforeCommit = async (): Promise<void> => {
      trying += 1;
      together = Math.max(together, trying);
      await waitUntil(() => trying === 2, { what: 'the other lane', timeoutMs: 1_500 }).catch(() => {});
      trying -= 1;
    };
    await bed.listener({ claimIdleMs: 100, failpoints: { beforeCommit } }).start();
    await waitUntil(async () => (await bed.count('task_logs')) === 2, { what: 'both' });
    assert.equal(together, 1);
  });

  it('keeps what cannot be read as dead letters, counts its sequence, and goes on', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    const add = (event: string | Buffer, sequence: number) =>
      bed.redis.xadd(bed.names.stream, '*', 'event', event, 'publisher_id', 'p', 'sequence', sequence);
    await add('not json', 1);
    await add(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 2);
    await add('', 3);
    await add('['.repeat(10_000) + ']'.repeat(10_000), 4);
    await add(`{"a":"${'x'.repeat(2_000_000)}"}`, 5);
    await bed.redis.xadd(bed.names.stream, '*', 'somebody', 'else');
    const good = wireEvent({ status: 'SUCCESS', publisher_id: 'p', sequence: 6 });
    await addToStream(bed.redis, bed.names, [good]);
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the good one' });
    await waitUntil(async () => (await bed.count('dead_letters')) === 6, { what: 'the others' });
    const [publisher] = await bed.service.publisherProgress(60);
    assert.deepEqual([publisher?.low_water, publisher?.missing], [6, []]);
    assert.equal(listener.health().state, 'ok');
  });

  it('keeps what cannot be read of an entry as a dead letter, and applies what else it holds', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    const events = lifeOfTasks('task', 8).map((event, index) =>
      index === 5 ? { ...event, status: 'NONE' as 'RUNNING' } : event,
    );
    await addToStream(bed.redis, bed.names, events, 16);
    await waitUntil(async () => (await bed.count('task_logs')) === 15, { what: 'the others' });
    await waitUntil(async () => (await bed.count('dead_letters')) === 1, { what: 'the dead letter' });
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    const [publisher] = await bed.service.publisherProgress(60);
    assert.deepEqual([publisher?.low_water, publisher?.missing], [16, []]);
  });

  it('shares the work among replicas, and loses nothing when one of them goes', async () => {
    await using bed = await layListenerBed();
    const replicas = [bed.listener(), bed.listener(), bed.listener()];
    await Promise.all(replicas.map((replica) => replica.start()));
    const events = lifeOfTasks('task', 1_000);
    for (let i = 0; i < events.length; i += 100) {
      await addToStream(bed.redis, bed.names, events.slice(i, i + 100));
      if (i === 1_000) await replicas[0]?.stop();
    }
    await waitUntil(async () => (await bed.count('task_logs')) === 2_000, { what: '2000 history rows' });
    const leaders = () => replicas.filter((replica) => replica.metrics().gauges.leader === 1);
    await waitUntil(() => leaders().length === 1, { what: 'one leader' });
  });

  it('is back in less than two seconds after Redis was killed, and forgot everything', async () => {
    await using redis = await startRedis();
    await using bed = await layListenerBed({ redisUrl: redis.url });
    const listener = bed.listener();
    await listener.start();
    await addToStream(bed.redis, bed.names, lifeOfTasks('before', 1));
    await waitUntil(async () => (await bed.count('task_logs')) === 2, { what: 'the first events' });
    await redis.wipe();
    await waitUntil(() => listener.health().state === 'down', { what: 'health to say so' });
    await redis.start();
    const begun = performance.now();
    await waitUntil(async () => (await redis.command('PING')) === 'PONG', { what: 'Redis' });
    await addToStream(bed.redis, bed.names, lifeOfTasks('after', 1));
    await waitUntil(async () => (await bed.count('task_logs')) === 4, { what: 'the later events' });
    assert.ok(performance.now() - begun < 2_000, `${performance.now() - begun} ms`);
    await waitUntil(() => listener.health().state === 'ok', { what: 'health to be well' });
    // What publishers had been told is told again.
    await waitUntil(async () => (await bed.redis.hlen(bed.names.acks)) > 0, { what: 'the acks' });
  });

  it('notices a frozen Redis within ten seconds, and goes on when it thaws', {
    timeout: 60_000,
  }, async () => {
    await using redis = await startRedis();
    await using bed = await layListenerBed({ redisUrl: redis.url });
    const listener = bed.listener();
    await listener.start();
    await waitUntil(() => listener.health().parts.some(({ part }) => part === 'stream_lane'), {
      what: 'a start',
    });
    redis.freeze();
    const begun = performance.now();
    await waitUntil(() => listener.health().state === 'down', {
      what: 'health to say so',
      timeoutMs: 15_000,
    });
    assert.ok(performance.now() - begun < 10_000, `${performance.now() - begun} ms`);
    redis.thaw();
    await addToStream(bed.redis, bed.names, [wireEvent({ status: 'RUNNING' })]);
    await waitUntil(async () => (await bed.count('task_logs')) === 1, { what: 'the event' });
  });

  it('stops in time while Redis is frozen', { timeout: 60_000 }, async () => {
    await using redis = await startRedis();
    await using bed = await layListenerBed({ redisUrl: redis.url });
    const listener = bed.listener();
    await listener.start();
    await waitUntil(() => listener.health().parts.some(({ part }) => part === 'list_lane'), {
      what: 'a start',
    });
    redis.freeze();
    const begun = performance.now();
    await listener.stop();
    assert.ok(performance.now() - begun < 5_000, `${performance.now() - begun} ms`);
    redis.thaw();
  });
});
