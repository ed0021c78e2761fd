import assert from 'node:assert/strict';
import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { type StartedProcess, startRedis } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { observeListener, observePublisher, waitToSee } from './observe.ts';
import { fillDisk, freeDisk, whyNoSmallDisk, withSmallDisk } from './small-disk.ts';

// The tests of F8 and F9 in redis-faults.test.ts show that work goes on; these show that everybody says what is wrong.

interface Parts {
  readonly field: Battlefield;
  readonly listener: StartedProcess;
  readonly publishers: readonly StartedProcess[];
}

async function prepareParts(field: Battlefield): Promise<Parts> {
  const listener = await field.startListener();
  const publishers = await Promise.all(
    [0, 1, 2].map((slot) => field.startPublisher({ slot, eventsPerS: 100 })),
  );
  await field.progress(200);
  return { field, listener, publishers };
}

/** Redis is to refuse writes when it cannot save, and only then and by command. */
const SAVES = { 'enable-protected-configs': 'local', save: '3600 1000000' };

/** Until each notifier and the listener name the reason; and the events go on by the channel. */
async function assertSecondLane({ field, listener, publishers }: Parts, reason: RegExp): Promise<void> {
  for (const publisher of publishers) {
    await waitToSee(
      () => observePublisher(publisher),
      ({ lane, lane_problem }) => lane === 'second_lane' && reason.test(lane_problem ?? ''),
      `the notifier to say ${reason}`,
    );
  }
  await waitToSee(
    () => observeListener(listener),
    ({ health }) => health.parts.some(({ state, detail }) => state !== 'ok' && reason.test(detail)),
    `the listener to say ${reason}`,
  );
  const before = (await observeListener(listener)).metrics.committed.channel ?? 0;
  await field.progress(300);
  const after = (await observeListener(listener)).metrics.committed.channel ?? 0;
  assert.ok(after > before, `the channel brought ${after - before} of them`);
}

async function assertMainLane({ field, listener, publishers }: Parts): Promise<void> {
  for (const publisher of publishers) {
    await waitToSee(
      () => observePublisher(publisher),
      ({ lane, lane_problem }) => lane === 'stream' && lane_problem === null,
      'the notifier to use the stream again',
    );
  }
  await waitToSee(
    () => observeListener(listener),
    ({ health }) => health.state === 'ok',
    'the listener to be well again',
  );
  await assertClean(field);
}

it('F8: notifiers and listener say that Redis is full, and when it is not any more', async () => {
  await using field = await prepareBattlefield();
  const parts = await prepareParts(field);
  await field.redis.command('CONFIG', 'SET', 'maxmemory', '1');
  await assertSecondLane(parts, /OOM/);
  await field.redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await assertMainLane(parts);
});

it('F9: delivers by the second lane while Redis is a replica of another one, and says so', async () => {
  await using field = await prepareBattlefield();
  const parts = await prepareParts(field);
  await using other = await startRedis();
  await field.redis.command('REPLICAOF', '127.0.0.1', other.port);
  await assertSecondLane(parts, /READONLY/);
  await field.redis.command('REPLICAOF', 'NO', 'ONE');
  await assertMainLane(parts);
});

it('F9: delivers by the second lane while Redis cannot save and therefore refuses writes, and says so', async () => {
  await using field = await prepareBattlefield({ redis: { config: SAVES } });
  const parts = await prepareParts(field);
  const gone = mkdtempSync(path.join(field.directory, 'gone-'));
  await field.redis.command('CONFIG', 'SET', 'dir', gone);
  rmdirSync(gone);
  await field.redis.command('BGSAVE');
  await assertSecondLane(parts, /MISCONF/);
  await field.redis.command('CONFIG', 'SET', 'dir', field.redis.directory);
  await field.redis.command('BGSAVE');
  await assertMainLane(parts);
});

it('F41: takes a Redis on a full disk, which refuses XREADGROUP, XACK and PING, not for dead', {
  skip: whyNoSmallDisk(),
}, async () => {
  const disk = mkdtempSync(path.join(tmpdir(), 'taskwire-disk-'));
  try {
    await using field = await prepareBattlefield({
      redis: { config: SAVES, wrapper: withSmallDisk(disk, 1_024) },
    });
    const parts = await prepareParts(field);
    const before = await clientsOf(field);
    await field.redis.command('CONFIG', 'SET', 'dir', disk);
    fillDisk(field.redis.pid, disk);
    await field.redis.command('BGSAVE');
    await assertSecondLane(parts, /MISCONF/);
    const after = new Set(await clientsOf(field));
    assert.deepEqual(
      before.filter((client) => !after.has(client)),
      [],
      'nobody gave a connection up',
    );
    freeDisk(field.redis.pid, disk);
    await field.redis.command('BGSAVE');
    await assertMainLane(parts);
  } finally {
    rmSync(disk, { recursive: true });
  }
});

/** Which connections there are of listeners and notifiers, by the ids that Redis gave them. */
async function clientsOf(field: Battlefield): Promise<readonly string[]> {
  const clients = String(await field.redis.command('CLIENT', 'LIST')).split('\n');
  return clients
    .flatMap((line) => /^id=(\d+) .* name=(taskwire\S+)/.exec(line)?.slice(1).join(' ') ?? [])
    .sort();
}
