import { spawnSync } from 'node:child_process';
import { setTimeout as lasts } from 'node:timers/promises';
import type { StartedProcess } from '@taskwire/test-harness';
import { type Faults, pick } from './fault.ts';

/** A stop that has to wait for a database that is frozen, on a busy machine. */
const STOP_MS_MAX = 60_000;

async function freeze(victim: StartedProcess | undefined, ms: number): Promise<void> {
  victim?.freeze();
  await lasts(ms);
  victim?.thaw();
}

export const processFaults: Faults = {
  'kill a listener': async ({ field, listeners }, at) => {
    const index = pick(listeners, at);
    await listeners[index]?.kill();
    listeners[index] = await field.startListener();
  },
  'kill all listeners': async ({ field, listeners }, _at, ms) => {
    await Promise.all(listeners.map((listener) => listener.kill()));
    await lasts(ms);
    const started = await Promise.all(listeners.map(() => field.startListener()));
    listeners.splice(0, listeners.length, ...started);
  },
  'stop a listener': async ({ field, listeners }, at) => {
    const index = pick(listeners, at);
    await listeners[index]?.stop(STOP_MS_MAX);
    listeners[index] = await field.startListener();
  },
  'have a listener killed after a COMMIT': async ({ field, listeners }, at) => {
    const index = pick(listeners, at);
    await listeners[index]?.kill();
    const commits = String(1 + Math.floor(at * 5));
    const doomed = await field.startListener({ CHAOS_KILLED_AFTER_COMMITS: commits });
    await Promise.race([doomed.exited, lasts(3_000)]);
    await doomed.kill();
    listeners[index] = await field.startListener();
  },
  'freeze a listener': async ({ listeners }, at, ms) => freeze(listeners[pick(listeners, at)], ms * 2),
  'take the file descriptors of a listener': async ({ listeners }, at, ms) => {
    const pid = listeners[pick(listeners, at)]?.pid;
    for (const limit of [3, 1_024]) {
      spawnSync('prlimit', [`--pid=${pid}`, `--nofile=${limit}:`]);
      await lasts(limit === 3 ? ms : 0);
    }
  },
  'kill a worker': async ({ field, publishers, eventsPerS }, at) => {
    const slot = pick(publishers, at);
    await publishers[slot]?.kill();
    publishers[slot] = await field.startPublisher({ slot, eventsPerS });
  },
  'start a second worker on an outbox, and kill the first': async (
    { field, publishers, eventsPerS },
    at,
    ms,
  ) => {
    const slot = pick(publishers, at);
    const second = await field.startPublisher({ slot, eventsPerS });
    await lasts(ms);
    await publishers[slot]?.kill();
    // Somebody has to open what the first one left; the second has an outbox of its own.
    publishers[slot] = await field.startPublisher({ slot, eventsPerS });
    await second.stop(STOP_MS_MAX * 2);
  },
  'freeze a worker': async ({ publishers }, at, ms) => freeze(publishers[pick(publishers, at)], ms * 2),
};
