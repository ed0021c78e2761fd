import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { observeListener, waitToSee } from './observe.ts';
import { promised } from './patience.ts';

it('F2: loses and doubles nothing when the listener is killed under load, twenty times in a row', async () => {
  await using field = await prepareBattlefield();
  let listener = await field.startListener();
  await field.startPublishers(4, { eventsPerS: 250 });
  for (let kill = 0; kill < 20; kill++) {
    await field.progress(50);
    await listener.kill();
    listener = await field.startListener();
  }
  await assertClean(field);
});

it('F4: finishes the batch in hand and exits 0 within 5 s when it is told to stop under load', async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  await field.startPublisher({ slot: 0, eventsPerS: 1_000 });
  await field.progress(500);
  assert.equal((await listener.stop(promised(5_000))).code, 0, listener.output());
  await field.startListener();
  await assertClean(field);
});

it('F25: three replicas, killed at random, share the work, lose nothing and let no event wait', async (t) => {
  await using field = await prepareBattlefield();
  const replicas = await Promise.all([1, 2, 3].map(() => field.startListener()));
  await field.startPublishers(4, { eventsPerS: 250 });
  for (const victim of [0, 2, 1, 2, 0, 1]) {
    await field.progress(200);
    await replicas[victim]?.kill();
    replicas[victim] = await field.startListener();
  }
  await assertClean(field);
  assertNoDeadlock(field);
  const [seen] = await field.postgres.query<{ ms: number }>(
    `SELECT extract(epoch FROM max(received_at - event_time))::float8 * 1000 AS ms FROM task_logs`,
    [],
    field.databaseUrl,
  );
  t.diagnostic(`the longest way took ${Math.round(seen?.ms ?? 0)} ms`);
  // The claim time, a second here, and how often it is looked at; twice, as who takes over may be killed next.
  assert.ok(seen !== undefined && seen.ms < promised(3_500), `an event waited for ${seen?.ms} ms`);
});

it('F3: a listener that was frozen until others took its entries over comes back without a double or a deadlock', async () => {
  await using field = await prepareBattlefield();
  const frozen = await field.startListener();
  await field.startPublisher({ slot: 0, eventsPerS: 1_000 });
  await field.progress(500);
  const committedBy = async () => (await observeListener(frozen)).metrics.committed.stream ?? 0;
  const before = await committedBy();
  frozen.freeze();
  await field.startListener();
  // Further than the claim time, by work that only the second one can have done.
  await field.progress(3_000);
  frozen.thaw();
  await field.progress(1_000);
  await waitToSee(committedBy, (committed) => committed > before, 'the thawed one at work');
  await assertClean(field);
  assertNoDeadlock(field);
});

/** One that the listener met would be tried again, and nobody would see it. */
function assertNoDeadlock({ postgres }: Battlefield): void {
  const log = readFileSync(path.join(postgres.directory, 'postgres.log'), 'utf8');
  assert.doesNotMatch(log, /deadlock detected/);
}
