import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesOfShard, shardOf, silentLogger } from '@taskwire/protocol';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { addToStream, lifeOfTasks, wireEvent } from '../../test/wire-event.ts';
import { createHealthBoard } from '../health.ts';
import { createMetrics } from '../metrics.ts';
import { loadScript } from '../redis/script.ts';
import type { PublisherProgress } from '../store/batch.ts';
import { createAckRefresher } from './ack-refresher.ts';
import { createAckWriter } from './ack-writer.ts';

failOnLeaks();

const ackOf = async (text: Promise<string | null>) => JSON.parse((await text) ?? 'null');

describe('what publishers are told', () => {
  it('names the ranges that are missing', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    const sent = [1, 2, 5, 9].map((sequence) =>
      wireEvent({ status: 'RUNNING', task_request_id: `task-${sequence}`, sequence }),
    );
    await addToStream(bed.redis, bed.names, sent);
    await waitUntil(
      async () => {
        assert.deepEqual(await ackOf(bed.redis.hget(bed.names.acks, 'publisher-1')), {
          low_water: 2,
          missing: [
            [3, 4],
            [6, 8],
          ],
          highest: 9,
        });
        return true;
      },
      { what: 'the ack' },
    );
  });

  it('is never older than what they have been told, in whatever order commits are told', async () => {
    await using bed = await layListenerBed();
    const progress = (highest: number, missing: readonly (readonly [number, number])[] = []) => ({
      publisher_id: 'p',
      low_water: missing[0] === undefined ? highest : missing[0][0] - 1,
      highest,
      missing,
      reused_sequences: 0,
    });
    const writer = () =>
      createAckWriter({
        redis: bed.redis,
        names: bed.names,
        advanceAcks: loadScript('advance_acks'),
        health: createHealthBoard(Date.now),
        metrics: createMetrics(),
      });
    const [first, second] = [writer(), writer()];
    second.acknowledge([progress(9, [[3, 3]])]);
    await second.flush();
    first.acknowledge([progress(9, [[3, 5]])]);
    await first.flush();
    assert.deepEqual((await ackOf(bed.redis.hget(bed.names.acks, 'p'))).missing, [[3, 3]]);
    first.acknowledge([progress(9), progress(8)]);
    await first.flush();
    assert.deepEqual(await ackOf(bed.redis.hget(bed.names.acks, 'p')), {
      low_water: 9,
      missing: [],
      highest: 9,
    });
    await bed.redis.hset(bed.names.acks, 'p', 'rubbish');
    first.acknowledge([progress(10)]);
    await first.flush();
    assert.equal((await ackOf(bed.redis.hget(bed.names.acks, 'p'))).highest, 10);
  });

  it('comes back when the hash was deleted', async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    await addToStream(bed.redis, bed.names, lifeOfTasks('task', 5));
    await waitUntil(async () => (await bed.redis.hlen(bed.names.acks)) === 1, { what: 'the ack' });
    await bed.redis.del(bed.names.acks);
    await waitUntil(async () => (await bed.redis.hlen(bed.names.acks)) === 1, { what: 'the ack again' });
  });

  it('is told where its events came from, where it belongs, and where its worker is heard', async () => {
    await using bed = await layListenerBed();
    const names = { ...bed.names, shards: 2 };
    const publisher = ['a', 'b', 'c', 'd'].find((id) => shardOf(id, names) === 0) ?? '';
    const other = namesOfShard(names, 1);
    const told = async (acks: string) => (await ackOf(bed.redis.hget(acks, publisher)))?.highest;
    const listener = bed.listener({ names });
    await listener.start();
    await addToStream(bed.redis, other, lifeOfTasks('task', 5, publisher));
    for (const acks of [other.acks, names.acks])
      await waitUntil(async () => (await told(acks)) === 10, { what: `the ack in ${acks}` });
    // Redis forgets all of it: that the worker is there is all that says where it listens.
    const beat = {
      worker_id: 'w',
      worker_container: 'w',
      publisher_id: publisher,
      pid: 1,
      started_at: new Date().toISOString(),
      at_ms: Date.now(),
      clock_skew_ms: 0,
      running: [],
      outbox_depth: 0,
      oldest_unacknowledged_ms: 0,
      publishers: [{ publisher_id: publisher, last_sequence: 10, closed: false }],
    };
    await bed.redis.hset(other.heartbeats, 'w', JSON.stringify(beat));
    await waitUntil(() => listener.metrics().gauges.workers_alive === 1, { what: 'the worker to be heard' });
    await bed.redis.del(other.acks, names.acks);
    for (const acks of [other.acks, names.acks])
      await waitUntil(async () => (await told(acks)) === 10, { what: `the ack in ${acks} again` });
  });

  it('goes back with a database that forgot, also to nothing, and raises the alarm', async () => {
    await using bed = await layListenerBed();
    await addToStream(bed.redis, bed.names, lifeOfTasks('task', 5));
    await addToStream(bed.redis, bed.names, lifeOfTasks('other', 5, 'publisher-2'));
    const listener = bed.listener();
    await listener.start();
    await waitUntil(async () => (await bed.redis.hlen(bed.names.acks)) === 2, { what: 'the acks' });
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    await listener.stop();
    // As after a restore: one publisher's last events are gone, the other was never heard of.
    await bed.database.script(
      "UPDATE task_publishers SET received = '{[1,5)}' WHERE publisher_id = 'publisher-1'; DELETE FROM task_publishers WHERE publisher_id = 'publisher-2'",
    );
    const next = bed.listener();
    await next.start();
    await waitUntil(
      async () => {
        const acks = await bed.redis.hgetall(bed.names.acks);
        assert.equal(JSON.parse(acks['publisher-1'] ?? '').highest, 4);
        assert.equal(JSON.parse(acks['publisher-2'] ?? '').highest, 0);
        return true;
      },
      { what: 'acks that have gone back' },
    );
    assert.equal(next.metrics().totals.acks_gone_back, 2);
  });

  it('goes back also where the ack of an earlier commit comes in between, and a second time', async () => {
    await using bed = await layListenerBed();
    const ack = (highest: number) => JSON.stringify({ low_water: highest, missing: [], highest });
    const tell = (highest: number) => bed.redis.hset(bed.names.acks, 'p', ack(highest));
    let meanwhile = async (): Promise<unknown> => tell(9);
    let held: readonly PublisherProgress[] = [];
    let asked = 0;
    const metrics = createMetrics();
    const refresher = createAckRefresher({
      shards: [{ redis: bed.redis, names: bed.names, health: createHealthBoard(Date.now), metrics }],
      heardOn: () => new Set(),
      service: {
        // A database that has never heard of it, since it went back to before its first event.
        publisherProgress: async () => {
          asked++;
          await meanwhile();
          return held;
        },
      },
      correctAcks: loadScript('correct_acks'),
      metrics,
      logger: silentLogger,
    });
    await tell(5);
    await refresher.refresh();
    meanwhile = async () => {};
    await refresher.refresh();
    assert.equal(await bed.redis.hget(bed.names.acks, 'p'), ack(0));
    await refresher.refresh();
    asked = 0;
    await refresher.refresh();
    assert.equal(asked, 1, 'what was compared is not asked for again');

    // It is sent again, and the database goes back once more.
    held = [{ publisher_id: 'p', low_water: 9, highest: 9, missing: [], reused_sequences: 0 }];
    await tell(9);
    await refresher.refresh();
    held = [];
    await refresher.refresh();
    assert.equal(await bed.redis.hget(bed.names.acks, 'p'), ack(0));
  });

  it('counts what was lost on the way, and that it was recovered', { timeout: 60_000 }, async () => {
    await using bed = await layListenerBed();
    const listener = bed.listener();
    await listener.start();
    const events = [1, 2, 3, 4, 5].map((sequence) =>
      wireEvent({ status: 'RUNNING', task_request_id: `task-${sequence}`, sequence }),
    );
    await addToStream(
      bed.redis,
      bed.names,
      events.filter((_, index) => index !== 2),
    );
    await waitUntil(() => listener.metrics().gauges.open_holes === 1, {
      what: 'an open hole',
      timeoutMs: 20_000,
    });
    assert.equal(listener.metrics().totals.events_lost, 1);
    await addToStream(bed.redis, bed.names, events);
    await waitUntil(() => listener.metrics().totals.events_recovered === 1, {
      what: 'recovery',
      timeoutMs: 20_000,
    });
    assert.equal(listener.metrics().gauges.open_holes, 0);
  });
});
