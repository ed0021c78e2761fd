import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTaskRequestRepository, createWorkerRepository, openPostgres } from '@taskwire/listener';
import { type StartedProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { observeListener, observePublisher, waitToSee } from './observe.ts';
import { promised } from './patience.ts';
import { eventsInStream } from './stream-counts.ts';

const HOUR_MS = 3_600_000;

it('F24: workers whose clocks are an hour ahead and behind: every row is right, and the skew is measured and shown', async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  const offsets = [HOUR_MS, -HOUR_MS, 0];
  for (const [slot, offset] of offsets.entries()) {
    await field.startPublisher({ slot, eventsPerS: 200, clock: { offsetsMs: [offset] } });
  }
  await field.progress(1_000);

  await seesSkew(listener, HOUR_MS);
  await using database = openPostgres({ url: field.databaseUrl });
  const workers = await createWorkerRepository(database).list(10);
  for (const [slot, offset] of offsets.entries()) {
    const worker = workers.find(({ worker_container }) => worker_container === `publisher-${slot}`);
    assert.ok(
      Math.abs((worker?.clock_skew_ms ?? 0) - offset) < 5_000,
      `${slot}: ${worker?.clock_skew_ms} ms`,
    );
  }
  await assertClean(field);
  await assertAsTold(field);
});

it('F24: clocks that jump by an hour, back and forth, while Redis comes and goes: nothing waits for the clock', async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  // Seven, so that heartbeats do not fall on one of them again and again.
  const jumps = [0, HOUR_MS, -HOUR_MS, 12 * HOUR_MS, -12 * HOUR_MS, HOUR_MS, -HOUR_MS];
  const clock = { offsetsMs: Array.from({ length: 200 }, (_, jump) => jumps[jump % jumps.length] ?? 0) };
  await field.startPublishers(3, { eventsPerS: 200, clock });
  await field.progress(300);
  for (let time = 0; time < 4; time++) {
    // Refused, and gone: each begins a pause at the worker, and the clock jumps within it.
    await field.redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await field.progress(100);
    await field.redis.kill();
    await field.redis.start();
    await field.progress(600, promised(10_000));
  }
  await seesSkew(listener, HOUR_MS);
  await assertClean(field);
  await assertAsTold(field);
});

it('F24: a worker whose clock went back by half a day does not wait half a day to send again what was lost', async () => {
  await using field = await prepareBattlefield();
  const clock = { offsetsMs: [...Array(10).fill(0), -12 * HOUR_MS] };
  const worker = await field.startPublisher({ slot: 0, eventsPerS: 1_000, eventsMax: 200, clock });
  await waitUntil(async () => (await eventsInStream(field)) === 200, {
    what: '200 events in the stream',
  });
  const observed = await observePublisher(worker);
  assert.equal(observed.unacknowledged, 200);
  await field.redis.command('XTRIM', field.names.stream, 'MAXLEN', 0);
  await waitToSee(
    () => field.redis.command('HGETALL', field.names.heartbeats),
    (beats) => /"clock_skew_ms":-43/.test(String(beats)),
    'a clock that went back',
  );

  await field.startListener();
  const lostAt = performance.now();
  assert.equal((await worker.exited).code, 0, worker.output());
  assert.ok(performance.now() - lostAt < promised(20_000), `${Math.round(performance.now() - lostAt)} ms`);
  await assertClean(field);
  await assertAsTold(field);
});

const seesSkew = (listener: StartedProcess, atLeastMs: number) =>
  waitToSee(
    () => observeListener(listener),
    ({ metrics }) => metrics.gauges.clock_skew_ms_max >= atLeastMs - 5_000,
    `a clock skew of ${atLeastMs} ms`,
  );

/**
 * The ledger holds rows to the merge of what was said, wrong times included; this holds them to the order in which it
 * was said: within an attempt the later word is the higher one.
 */
async function assertAsTold(field: Battlefield): Promise<void> {
  const { intents, accepted } = field.ledger();
  const last = new Map([...intents.values()].map((intent) => [intent.task_request_id, intent]));
  assert.equal(accepted.size, intents.size);
  await using database = openPostgres({ url: field.databaseUrl });
  const { get } = createTaskRequestRepository(database);
  for (const [id, intent] of last) {
    const row = await get(id);
    assert.deepEqual([row?.status, row?.attempt], [intent.status, intent.attempt], id);
  }
}
