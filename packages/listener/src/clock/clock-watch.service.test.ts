import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { addToStream, lifeOfTasks } from '../../test/wire-event.ts';

failOnLeaks();

const DAY_MS = 86_400_000;

describe('a listener whose clock is wrong', () => {
  for (const days of [-400, -3, 400]) {
    it(`by ${days} days takes every event as it is, loses nothing of the history, and says so`, async () => {
      await using bed = await layListenerBed();
      const events = lifeOfTasks('task', 50);
      await addToStream(bed.redis, bed.names, events);
      const listener = bed.listener({ clock: () => Date.now() + days * DAY_MS });
      await listener.start();
      await waitUntil(async () => (await bed.count('task_logs')) === events.length, { what: 'every event' });
      await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, {
        what: 'an empty stream',
      });
      assert.equal(await bed.count('dead_letters'), 0);
      assert.equal(await bed.count("task_requests WHERE status = 'SUCCESS'"), 50);

      const clock = listener.health().parts.find(({ part }) => part === 'clock');
      assert.equal(clock?.state, 'degraded');
      assert.match(clock?.detail ?? '', days < 0 ? /behind the database's/ : /ahead of the database's/);
      const skewMs = listener.metrics().gauges.database_clock_skew_ms;
      assert.ok(Math.abs(skewMs - Math.abs(days) * DAY_MS) < 60_000, `${skewMs} ms`);
    });
  }

  it('that jumps back by days while it runs refuses nothing', async () => {
    await using bed = await layListenerBed();
    let days = 0;
    const listener = bed.listener({ clock: () => Date.now() + days * DAY_MS });
    await listener.start();
    const events = lifeOfTasks('task', 20);
    await addToStream(bed.redis, bed.names, events.slice(0, 20));
    await waitUntil(async () => (await bed.count('task_logs')) === 20, { what: 'the events before' });
    days = -30;
    await addToStream(bed.redis, bed.names, events.slice(20));
    await waitUntil(async () => (await bed.redis.xlen(bed.names.stream)) === 0, { what: 'an empty stream' });
    assert.deepEqual([await bed.count('task_logs'), await bed.count('dead_letters')], [40, 0]);
  });
});
