import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { prepareBattlefield } from './battlefield.ts';
import { observeListener, observePublisher, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';

const skip = spawnSync('prlimit', ['--version']).status !== 0 && 'There is no prlimit (Debian: util-linux).';

/** Below what is open already: nothing that is open is closed, and nothing more can be opened. */
const NONE = 3;
const MANY = 1_024;

function limitFileDescriptors({ pid }: { readonly pid: number }, limit: number): void {
  const { status, stderr } = spawnSync('prlimit', [`--pid=${pid}`, `--nofile=${limit}:`]);
  assert.equal(status, 0, String(stderr));
}

it('F40: a listener without file descriptors is back by itself when there are some', { skip }, async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  await field.startPublishers(2, { eventsPerS: 100 });
  await field.progress(200);
  limitFileDescriptors(listener, NONE);
  await field.redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
  await field.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await field.postgres.restart('immediate');
  const { health } = await waitToSee(
    () => observeListener(listener),
    ({ health }) =>
      ['redis', 'database'].every((away) =>
        health.parts.some(({ part, state }) => part === away && state === 'down'),
      ),
    'the listener to be without Redis and database',
  );
  assert.equal(health.state, 'down');
  limitFileDescriptors(listener, MANY);
  await field.progress(300);
  await waitToSee(
    () => observeListener(listener),
    ({ health }) => health.state === 'ok',
    'the listener to be well again',
  );
  await assertClean(field);
});

it('F40: a worker without file descriptors works on, and sends by itself when there are some', {
  skip,
}, async () => {
  await using field = await prepareBattlefield();
  await field.startListener();
  const publishers = await Promise.all([0, 1].map((slot) => field.startPublisher({ slot, eventsPerS: 200 })));
  await field.progress(200);
  for (const publisher of publishers) limitFileDescriptors(publisher, NONE);
  await field.redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
  for (const publisher of publishers) {
    await waitToSee(
      () => observePublisher(publisher),
      ({ lane, lane_problem }) => lane === 'holding' && lane_problem?.includes('EMFILE') === true,
      'the worker to say why it holds its events',
    );
  }
  const before = field.ledger().accepted.size;
  await waitUntil(() => field.ledger().accepted.size > before + 1_000, {
    what: 'events that are accepted meanwhile',
    timeoutMs: PATIENCE_MS,
    pollMs: 100,
  });
  for (const publisher of publishers) {
    assert.equal((await observePublisher(publisher)).outbox_problem, null);
    limitFileDescriptors(publisher, MANY);
  }
  await field.progress(1_000);
  await assertClean(field);
});
