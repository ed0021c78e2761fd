import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it, type TestContext } from 'node:test';
import { type StartedProcess, startProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import type { ManyPublishersConfig } from './load/many-publishers-main.ts';
import { type ListenerView, observeListener } from './observe.ts';
import { promised } from './patience.ts';

/** Copies of the channel lane: 4 MiB for each kind, each copy weighing 200 bytes besides its content. */
const COPIES_HELD_MAX = (2 * 4 * 1_048_576) / 200;

/** Far less than the burst takes in a listener that collects events without bound. */
const RESIDENT_MIB_MAX = 160;

interface Burst {
  readonly processes: number;
  readonly publishersEach: number;
  readonly eventsEach: number;
}

/**
 * All of it at once into a field with one listener, until every event is acknowledged.
 * @returns when the last event of each publisher was acknowledged, ms after its process began
 */
async function burst(field: Battlefield, wish: Burst, t: TestContext): Promise<readonly number[]> {
  const listener = await field.startListener();
  const begun = performance.now();
  const processes = await Promise.all(
    Array.from({ length: wish.processes }, (_, index) => startBurst(field, `burst-${index}`, wish)),
  );
  let over = false;
  const held: number[] = [];
  const watched = waitUntil(
    async () => {
      held.push((await observeListener(listener)).metrics.gauges.channel_copies_held);
      return over;
    },
    { what: 'the end of the burst', timeoutMs: 180_000, pollMs: 100 },
  );
  const acknowledged = await Promise.all(
    processes.map((each) => each.waitForLine(/^acknowledged (.+)$/, 150_000)),
  ).finally(() => {
    over = true;
  });
  await watched;
  const seconds = (performance.now() - begun) / 1_000;
  const view = await observeListener(listener);
  t.diagnostic(
    `${committed(view)} events in ${seconds.toFixed(1)} s; listener at most ${peakMib(listener)} MiB resident, ` +
      `${Math.max(...held)} copies held; stream ${view.metrics.gauges.stream_length}`,
  );
  assert.ok(peakMib(listener) <= RESIDENT_MIB_MAX, `${peakMib(listener)} MiB were resident`);
  assert.ok(Math.max(...held) <= COPIES_HELD_MAX, `${Math.max(...held)} copies were held`);
  assert.equal(committed(view), wish.processes * wish.publishersEach * wish.eventsEach);
  assert.deepEqual(view.metrics.dead_letters, {});
  for (const each of processes) assert.equal((await each.exited).code, 0);
  return acknowledged.flatMap((match) => JSON.parse(match[1] ?? '[]') as readonly number[]);
}

function startBurst(field: Battlefield, label: string, wish: Burst): Promise<StartedProcess> {
  const config: ManyPublishersConfig = {
    redisUrl: field.redis.url,
    names: field.names,
    directory: field.directory,
    label,
    publishers: wish.publishersEach,
    eventsEach: wish.eventsEach,
  };
  return startProcess(new URL('load/many-publishers-main.ts', import.meta.url), {
    arguments: [JSON.stringify(config)],
  });
}

const committed = ({ metrics }: ListenerView): number =>
  Object.values(metrics.committed).reduce((sum, count) => sum + count, 0);

const peakMib = ({ pid }: StartedProcess): number => {
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kib) / 1_024);
};

it('F28: takes 100,000 events at once, each once, and holds no more of them than its bounds', async (t) => {
  await using field = await prepareBattlefield();
  await burst(field, { processes: 2, publishersEach: 2, eventsEach: 25_000 }, t);
  await assertClean(field);
});

it('F28: serves 1,000 publishers at once, and starves none', async (t) => {
  await using field = await prepareBattlefield();
  const acknowledgedMs = await burst(field, { processes: 4, publishersEach: 250, eventsEach: 20 }, t);
  assert.equal(acknowledgedMs.length, 1_000);
  assert.ok(
    acknowledgedMs.every((ms) => ms >= 0),
    'every publisher was acknowledged',
  );
  const sorted = acknowledgedMs.toSorted((a, b) => a - b);
  t.diagnostic(`acknowledged after ${sorted[500]} ms at the median, ${sorted[999]} ms for the last`);
  assert.ok((sorted[999] ?? 0) < promised(60_000), 'none waited for long');
  await assertClean(field);
});
