import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failOnLeaks, freshDatabaseUrl, startProcess, waitUntil } from '@taskwire/test-harness';
import { type ListenerBed, layListenerBed } from '../test/listener-bed.ts';
import { addToStream, lifeOfTasks, wireEventV0 } from '../test/wire-event.ts';

failOnLeaks();

const MAIN = new URL('../test/listener-process.ts', import.meta.url);

const startReplica = (bed: ListenerBed, databaseUrl: string, wish: object = {}) =>
  startProcess(MAIN, {
    arguments: [
      JSON.stringify({ redisUrl: bed.redisUrl, databaseUrl, names: bed.names, claimIdleMs: 500, ...wish }),
    ],
  });

describe('a listener process', () => {
  it('that is killed again and again under load loses nothing and doubles nothing', {
    timeout: 120_000,
  }, async () => {
    const databaseUrl = await freshDatabaseUrl();
    await using bed = await layListenerBed({ databaseUrl });
    const events = Array.from({ length: 10 }, (_, index) =>
      lifeOfTasks(`task-${index}`, 200, `publisher-${index}`),
    );
    for (const [round, ofRound] of events.entries()) {
      await using replica = await startReplica(bed, databaseUrl);
      const pushed = Array.from({ length: 50 }, (_, index) => wireEventV0(`v0-${round}-${index}`, 'SUCCESS'));
      await addToStream(bed.redis, bed.names, ofRound);
      await bed.redis.lpush(bed.names.queue, ...pushed);
      await replica.waitForLine(/started/);
      const before = await bed.count('task_logs');
      await waitUntil(async () => (await bed.count('task_logs')) > before, { what: 'work to have begun' });
      await replica.kill();
    }
    await using last = await startReplica(bed, databaseUrl);
    await waitUntil(async () => (await bed.count('task_logs')) === 4_500, {
      what: '4500 history rows',
      timeoutMs: 30_000,
    });
    await waitUntil(async () => (await bed.count("task_requests WHERE status = 'SUCCESS'")) === 2_500, {
      what: '2500 rows SUCCESS',
    });
    assert.equal(await bed.count('dead_letters'), 0);
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    const exit = await last.stop();
    assert.deepEqual([exit.code, exit.signal], [0, null]);
  });

  const diesOfOne = 'that dies of one event is found out: the event ends as a dead letter, all others pass';
  for (const eventsAnEntry of [1, 16])
    it(`${diesOfOne} (${eventsAnEntry} in an entry)`, { timeout: 120_000 }, async () => {
      const databaseUrl = await freshDatabaseUrl();
      await using bed = await layListenerBed({ databaseUrl });
      const events = lifeOfTasks('task', 20);
      await addToStream(bed.redis, bed.names, events, eventsAnEntry);
      const pushed = ['v0-1', 'task-7', 'v0-2'].map((id) => wireEventV0(id, 'SUCCESS'));
      await bed.redis.lpush(bed.names.queue, ...pushed);
      const settled = async () =>
        (await bed.count('task_logs')) === 40 && (await bed.count('dead_letters')) === 3;
      let deaths = 0;
      for (;;) {
        await using replica = await startReplica(bed, databaseUrl, { killedBy: 'task-7' });
        const dead = await waitUntil(async () => !replica.isRunning() || ((await settled()) && 'survived'), {
          what: 'an end',
          timeoutMs: 20_000,
        });
        if (dead === 'survived') break;
        assert.ok(++deaths < 20, 'it still dies');
      }
      assert.equal(await bed.count('task_logs'), 40);
      assert.equal(await bed.count("dead_letters WHERE reason = 'kills_the_listener'"), 3);
      const [publisher] = await bed.service.publisherProgress(60);
      assert.deepEqual([publisher?.low_water, publisher?.missing], [40, []]);
    });

  it('that leads and freezes is replaced, and does not lead any more when it thaws', {
    timeout: 60_000,
  }, async () => {
    const databaseUrl = await freshDatabaseUrl();
    await using bed = await layListenerBed({ databaseUrl });
    await using frozen = await startReplica(bed, databaseUrl);
    await frozen.waitForLine(/leads/);
    await using other = await startReplica(bed, databaseUrl);
    await other.waitForLine(/started/);
    frozen.freeze();
    await other.waitForLine(/leads/, 25_000);
    frozen.thaw();
    await frozen.waitForLine(/follows/);
    assert.ok(!other.output().includes('follows'));
  });
});
