import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { type StartedProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean, fieldUnderLoad } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { goOn, observeListener, observePublisher, rest, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';
import { fillDisk, freeDisk, whyNoSmallDisk, withSmallDisk } from './small-disk.ts';

/** The worker whose outbox is struck; the others are the load. */
const SLOT = 9;
const EVENTS_PER_S = 300;

it('F21: a worker whose disk is full goes on, says so, and uses the disk again when there is room', {
  skip: whyNoSmallDisk(),
}, async () => {
  await using field = await fieldUnderLoad();
  const disk = path.join(field.directory, 'disk');
  const worker = await field.startPublisher({
    slot: SLOT,
    eventsPerS: EVENTS_PER_S,
    outboxPath: path.join(disk, 'outbox.sqlite'),
    wrapper: withSmallDisk(disk, 8_192),
  });
  assert.equal((await observePublisher(worker)).outbox_problem, null);

  fillDisk(worker.pid, disk);
  await waitToSee(
    () => observePublisher(worker),
    ({ outbox_problem }) => /full/.test(outbox_problem ?? ''),
    'a worker that says that its disk is full',
  );
  const before = acceptedOf(field, worker);
  await waitUntil(() => acceptedOf(field, worker) > before, {
    what: 'its tasks to go on',
    timeoutMs: PATIENCE_MS,
  });
  await field.progress(500);
  freeDisk(worker.pid, disk);
  await waitToSee(
    () => observePublisher(worker),
    ({ outbox_problem }) => outbox_problem === null,
    'a worker that uses its disk again',
  );
  await assertClean(field);
});

it('F21: an outbox on a disk that is smaller than its bound never fills that with events that are acknowledged', {
  skip: whyNoSmallDisk(),
}, async () => {
  await using field = await fieldUnderLoad();
  const disk = path.join(field.directory, 'disk');
  const worker = await field.startPublisher({
    slot: SLOT,
    eventsPerS: 1_500,
    outboxPath: path.join(disk, 'outbox.sqlite'),
    wrapper: withSmallDisk(disk, 2_560),
  });
  // Several times what the disk holds.
  while (acceptedOf(field, worker) < 6_000) {
    await field.progress(1_000);
    assert.equal((await observePublisher(worker)).outbox_problem, null);
  }
  await assertClean(field);
});

it('F21: a worker whose outbox cannot be written sends events straight to Redis, and says so', {
  skip: whyNoSmallDisk(),
}, async () => {
  await using field = await fieldUnderLoad();
  const disk = path.join(field.directory, 'disk');
  const worker = await field.startPublisher({
    slot: SLOT,
    eventsPerS: EVENTS_PER_S,
    outboxPath: path.join(disk, 'outbox.sqlite'),
    wrapper: withSmallDisk(disk, 64, ['ro']),
  });
  await field.progress(1_000);
  const { outbox_problem } = await waitToSee(
    () => observePublisher(worker),
    ({ lane }) => lane === 'stream',
    'a worker that sends by the stream',
  );
  assert.match(outbox_problem ?? '', /unable to open database file/);
  assert.ok(acceptedOf(field, worker) > 0, 'its tasks go on');
  await assertClean(field);
});

it('F21: an outbox that is random bytes at the start is kept aside, whole, and the worker begins a new one', async () => {
  await using field = await fieldUnderLoad();
  const outbox = path.join(field.directory, 'outbox.sqlite');
  const garbage = randomBytes(100_000);
  writeFileSync(outbox, garbage);

  const worker = await field.startPublisher({ slot: SLOT, eventsPerS: EVENTS_PER_S, outboxPath: outbox });
  await field.progress(500);

  const [aside, ...more] = asideOf(outbox);
  assert.ok(aside !== undefined && more.length === 0, 'one file is kept aside');
  assert.deepEqual(readFileSync(path.join(field.directory, aside)), garbage);
  assert.equal((await observePublisher(worker)).outbox_problem, null);
  await assertClean(field);
});

it('F21: an outbox that is overwritten while it is in use is kept aside, and nothing published after that is lost', async () => {
  await using field = await fieldUnderLoad();
  const wish = {
    slot: SLOT,
    eventsPerS: EVENTS_PER_S,
    outboxPath: path.join(field.directory, 'outbox.sqlite'),
  };
  const worker = await field.startPublisher(wish);
  await field.progress(1_000);
  // What is in a file that nobody can read any more is lost, unless the database has it already.
  await rest(worker);
  for (const suffix of ['', '-wal', '-tail']) overwrite(wish.outboxPath + suffix);
  goOn(worker);
  await field.progress(1_000);
  await worker.stop(60_000);
  // At the latest whoever opens it again finds out.
  await field.startPublisher(wish);
  await field.progress(500);

  assert.equal(asideOf(wish.outboxPath).length, 1);
  await assertClean(field);
});

for (const how of ['stopped', 'killed'] as const) {
  it(`F23: a ${how} worker whose outbox is replaced by an older copy has no new event taken for an old one`, async () => {
    await using field = await prepareBattlefield();
    const listener = await field.startListener();
    await field.startPublisher({ slot: 0, eventsPerS: EVENTS_PER_S });
    const wish = {
      slot: SLOT,
      eventsPerS: EVENTS_PER_S,
      outboxPath: path.join(field.directory, 'outbox.sqlite'),
    };
    const live = async () => {
      const worker = await field.startPublisher(wish);
      await field.progress(600);
      if (how === 'killed') {
        await rest(worker);
        await worker.kill();
      } else {
        assert.equal((await worker.stop(60_000)).code, 0, worker.output());
      }
    };

    await live();
    const copies = filesOf(wish.outboxPath).map((file) => ({ file, copy: `${file}.copy` }));
    for (const { file, copy } of copies) copyFileSync(file, copy);
    for (let time = 0; time < 2; time++) {
      await live();
      for (const file of filesOf(wish.outboxPath)) rmSync(file);
      for (const { file, copy } of copies) copyFileSync(copy, file);
    }
    await live();

    await assertClean(field);
    const { metrics } = await observeListener(listener);
    assert.equal(metrics.totals.sequences_reused + metrics.totals.event_ids_reused, 0);
    assert.deepEqual(metrics.dead_letters, {});
  });
}

it('F22: a container that is cloned with its outbox while it runs uses no sequence that the first one uses', async () => {
  await using field = await prepareBattlefield();
  const listener = await field.startListener();
  const outboxPath = path.join(field.directory, 'outbox.sqlite');
  const cloned = path.join(field.directory, 'cloned.sqlite');
  const worker = await field.startPublisher({ slot: SLOT, eventsPerS: EVENTS_PER_S, outboxPath });
  await field.progress(300);
  // As the disk is at one instant.
  worker.freeze();
  for (const file of filesOf(outboxPath)) copyFileSync(file, file.replace(outboxPath, cloned));
  worker.thaw();
  await field.startPublisher({ slot: SLOT + 1, eventsPerS: EVENTS_PER_S, outboxPath: cloned });
  await field.progress(600);
  await assertClean(field);
  const { metrics } = await observeListener(listener);
  assert.equal(metrics.totals.sequences_reused + metrics.totals.event_ids_reused, 0);
  assert.deepEqual(metrics.dead_letters, {});
});

const acceptedOf = (field: Battlefield, worker: StartedProcess): number =>
  [...field.ledger().accepted].filter((n) => n.startsWith(`publisher-${SLOT}-${worker.pid}-`)).length;

/** Random bytes everywhere behind the first page. */
function overwrite(file: string): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, randomBytes(statSync(file).size), 4_096);
  closeSync(descriptor);
}

const filesOf = (outbox: string): readonly string[] =>
  ['', '-wal', '-tail']
    .map((companion) => outbox + companion)
    .filter((file) => statSync(file, { throwIfNoEntry: false }));

const asideOf = (outbox: string): readonly string[] =>
  readdirSync(path.dirname(outbox)).filter(
    (file) => file.startsWith(`${path.basename(outbox)}.corrupt-`) && !/-(wal|shm|journal|tail)$/.test(file),
  );
