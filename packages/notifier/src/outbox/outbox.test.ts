import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readlinkSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { decodeEvent, silentLogger } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';
import {
  append,
  copyOutbox,
  eventsOf,
  idsIn,
  keeperAt,
  nodeArguments,
  OUTBOX_FILES,
  type Published,
  publishAndDie,
} from '../../test/keeper-under-test.ts';
import {
  collectingLogger,
  notifierAt,
  publishMany,
  temporaryFolder,
} from '../../test/notifier-under-test.ts';
import { createEventKeeper } from './event-keeper.ts';

/** A process that publishes and then keeps its outbox. */
async function publishAndHold(outbox: string, count: number) {
  const child = spawn(process.execPath, [...nodeArguments, outbox, String(count), 'hold'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const published = await new Promise<Published>((resolve) => {
    child.stdout.once('data', (text) => resolve(JSON.parse(String(text)) as Published));
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { ...published, kill, [Symbol.asyncDispose]: kill };
}

test('what publish() accepted is found by the next process after kill -9, in order and without holes', () => {
  using folder = temporaryFolder();
  const { ids } = publishAndDie(folder.outbox, 500);
  using keeper = keeperAt(folder.outbox);
  const [log] = keeper.logs();
  assert.deepEqual(
    eventsOf(log!).map(({ event_id, sequence }) => [event_id, sequence]),
    ids.map((id, index) => [id, index + 1]),
  );
  for (const { payload } of eventsOf(log!)) {
    const options = { nowMs: Date.now(), earliestMs: 0, eventBytesMax: 1_048_576 };
    assert.ok(decodeEvent(Buffer.from(payload), options).ok);
  }
});

test('a process that opens an outbox again uses no sequence of an earlier one', () => {
  using folder = temporaryFolder();
  const first = publishAndDie(folder.outbox, 3);
  const second = publishAndDie(folder.outbox, 2);
  using keeper = keeperAt(folder.outbox);
  assert.ok(append(keeper, 'now').kept);
  const places = keeper
    .logs()
    .flatMap((log) => eventsOf(log).map(({ sequence }) => `${log.publisherId} ${sequence}`));
  assert.equal(new Set(places).size, 6);
  assert.deepEqual(idsIn(keeper), [...first.ids, ...second.ids, 'now']);
});

test('a second process on the same path gets an outbox of its own, and the next takes over what both left', async () => {
  using folder = temporaryFolder();
  await using first = await publishAndHold(folder.outbox, 3);
  await using second = await publishAndHold(folder.outbox, 4);
  assert.equal(first.file, folder.outbox);
  assert.equal(second.file, `${folder.outbox}.1`);
  using third = keeperAt(folder.outbox);
  third.adopt();
  assert.equal(third.file, `${folder.outbox}.2`);
  assert.deepEqual(idsIn(third), [], 'nothing is taken from those who live');
  await first.kill();
  await second.kill();
  third.adopt();
  assert.deepEqual(new Set(idsIn(third)), new Set([...first.ids, ...second.ids]));
});

test('two notifiers in one process do not share an outbox either', () => {
  using folder = temporaryFolder();
  using first = keeperAt(folder.outbox);
  using second = keeperAt(folder.outbox);
  assert.notEqual(first.file, second.file);
});

test('an outbox that was taken over is let go, small, once its events are acknowledged and past their time', () => {
  using folder = temporaryFolder();
  const { file } = publishAndDie(folder.outbox, 20_000);
  for (const suffix of OUTBOX_FILES) renameSync(file + suffix, `${folder.outbox}.7${suffix}`);
  using heir = keeperAt(folder.outbox, { ackGraceMs: 0 });
  heir.adopt();
  const [log] = heir.logs();
  assert.equal(log!.lastSequence, 20_000);
  log!.saveAck({ low_water: 20_000, missing: [], highest: 20_000 });
  while (heir.collect(Date.now()));
  heir.collect(Date.now());
  assert.deepEqual(heir.logs(), []);
  assert.ok(statSync(`${folder.outbox}.7`).size < 100_000);
  using next = keeperAt(`${folder.outbox}.7`);
  assert.equal(next.file, `${folder.outbox}.7`);
});

test('an older copy put in the place of an outbox brings its events back under their own publisher_id, and takes no new sequences of it', () => {
  using folder = temporaryFolder();
  const old = publishAndDie(folder.outbox, 3);
  copyOutbox(folder.outbox, `${folder.path}/copy`);
  publishAndDie(folder.outbox, 5);
  copyOutbox(`${folder.path}/copy`, folder.outbox);
  using keeper = keeperAt(folder.outbox);
  assert.ok(append(keeper, 'new').kept);
  const [restored, current] = keeper.logs();
  assert.deepEqual(
    eventsOf(restored!).map(({ event_id }) => event_id),
    old.ids,
  );
  assert.notEqual(restored!.publisherId, current!.publisherId);
});

test('only the file in which a publisher began may declare it closed, no copy of it', () => {
  using folder = temporaryFolder();
  publishAndDie(folder.outbox, 3);
  copyOutbox(folder.outbox, `${folder.path}/clone`);
  using original = keeperAt(folder.outbox);
  using clone = keeperAt(`${folder.path}/clone`);
  assert.equal(original.logs()[0]!.closable, true);
  assert.equal(clone.logs()[0]!.closable, false);
});

test('a corrupt outbox is set aside, kept, and a new one begun', () => {
  using folder = temporaryFolder();
  writeFileSync(folder.outbox, Buffer.alloc(8_192, 'not a database'));
  const logger = collectingLogger();
  const notifier = notifierAt(folder.outbox, { logger });
  const outcome = notifier.publish({ task_request_id: 't', status: 'RUNNING' });
  assert.ok(outcome.accepted && outcome.durable);
  const aside = readdirSync(folder.path).find((name) => name.includes('.corrupt-'));
  assert.equal(statSync(path.join(folder.path, aside ?? '')).size, 8_192);
  assert.ok(logger.lines.some(({ level, message }) => level === 'error' && /corrupt/.test(message)));
  return notifier.stop();
});

test('where the outbox cannot be written the events are taken all the same, and it is said loudly and once', async () => {
  using folder = temporaryFolder();
  writeFileSync(path.join(folder.path, 'file'), '');
  const logger = collectingLogger();
  await using notifier = notifierAt(path.join(folder.path, 'file', 'outbox.sqlite'), { logger });
  for (let i = 0; i < 50; i++) {
    const outcome = notifier.publish({ task_request_id: 't', status: 'RUNNING' });
    assert.ok(outcome.accepted);
    assert.equal(outcome.durable, false);
    assert.equal(outcome.sequence, i + 1);
  }
  assert.ok(notifier.status().outbox_problem !== null);
  assert.equal(logger.lines.filter(({ level }) => level === 'error').length, 1);
});

test('an outbox that became writable is used again, and what waited in memory is not lost', () => {
  using folder = temporaryFolder();
  const blocked = path.join(folder.path, 'later');
  writeFileSync(blocked, '');
  let now = 0;
  let publishers = 0;
  const keeper = createEventKeeper({
    outboxPath: path.join(blocked, 'outbox.sqlite'),
    bytesMax: 16 * 1_048_576,
    fsync: false,
    ackGraceMs: 0,
    newPublisherId: () => `publisher-${++publishers}`,
    logger: silentLogger,
    nowMs: Date.now,
    elapsedMs: () => now,
  });
  const before = append(keeper, 'a');
  assert.ok(before.kept && !before.durable);
  spawnSync('rm', [blocked]);
  mkdirSync(blocked);
  now += 10_000;
  const after = append(keeper, 'b');
  assert.ok(after.kept && after.durable);
  assert.equal(keeper.problem, null);
  assert.deepEqual(new Set(idsIn(keeper)), new Set(['a', 'b']));
  keeper.close();
});

test('a full outbox drops progress first, then refuses, stays within its bytes, and takes events again when some are done', () => {
  using folder = temporaryFolder();
  const bytesMax = 2 * 1_048_576;
  using keeper = keeperAt(folder.outbox, { bytesMax, ackGraceMs: 0 });
  let progressRefusedAt = 0;
  let refusedAt = 0;
  for (let i = 1; refusedAt === 0; i++) {
    assert.ok(i < 10_000);
    const progress = append(keeper, `p${i}`, 500, true);
    if (!progress.kept) {
      assert.equal(progress.error.code, 'outbox_full');
      progressRefusedAt ||= i;
    }
    const status = append(keeper, `s${i}`, 500);
    if (!status.kept) {
      assert.equal(status.error.code, 'outbox_full');
      assert.equal(status.error.retryable, true);
      refusedAt = i;
    }
  }
  assert.ok(progressRefusedAt > 0 && progressRefusedAt < refusedAt);
  assert.ok(keeper.droppedProgress > 0);
  const size = readdirSync(folder.path).reduce(
    (sum, name) => sum + statSync(path.join(folder.path, name)).size,
    0,
  );
  assert.ok(size <= bytesMax, `${size} bytes`);
  const [log] = keeper.logs();
  assert.equal(eventsOf(log!).length, log!.lastSequence, 'a refused event uses no sequence');
  log!.saveAck({ low_water: log!.lastSequence, missing: [], highest: log!.lastSequence });
  while (keeper.collect(Date.now()));
  assert.ok(append(keeper, 'again', 500).kept);
  for (let i = 0; i < 500; i++) assert.ok(append(keeper, `reuse${i}`, 500).kept);
  const after = readdirSync(folder.path).reduce(
    (sum, name) => sum + statSync(path.join(folder.path, name)).size,
    0,
  );
  assert.ok(after <= bytesMax, 'free pages are used again');
});

test('an outbox that was full takes progress again as soon as there is room', () => {
  using folder = temporaryFolder();
  using keeper = keeperAt(folder.outbox, { bytesMax: 2 * 1_048_576, ackGraceMs: 0 });
  for (let i = 1; append(keeper, `full${i}`, 500).kept; i++) assert.ok(i < 10_000);
  assert.ok(!append(keeper, 'refused', 500, true).kept);
  const [log] = keeper.logs();
  log!.saveAck({ low_water: log!.lastSequence, missing: [], highest: log!.lastSequence });
  while (keeper.collect(Date.now()));
  assert.ok(append(keeper, 'progress', 500, true).kept);
});

test('progress leaves a fifth of the outbox to statuses, also of a small one, and whatever it is written in', () => {
  for (const character of ['x', '\u4e2d']) {
    using folder = temporaryFolder();
    using keeper = keeperAt(folder.outbox, { bytesMax: 1_048_576 });
    let progress = 0;
    while (append(keeper, `p${progress}`, 300, true, character).kept) progress++;
    let statuses = 0;
    while (append(keeper, `s${statuses}`, 300, false, character).kept) statuses++;
    assert.ok(statuses > progress / 8, `${statuses} statuses after ${progress}`);
  }
});

test('acknowledged events are kept for their grace time, and at most a quarter of the outbox', () => {
  using folder = temporaryFolder();
  using keeper = keeperAt(folder.outbox, { bytesMax: 4 * 1_048_576, ackGraceMs: 60_000 });
  const now = Date.now();
  for (let i = 0; i < 100; i++) append(keeper, `few${i}`, 500);
  const [log] = keeper.logs();
  log!.saveAck({ low_water: 100, missing: [], highest: 100 });
  while (keeper.collect(now));
  assert.equal(log!.deletedTo, 0);
  while (keeper.collect(now + 60_001));
  assert.equal(log!.deletedTo, 100);
  for (let i = 0; i < 4_000; i++) append(keeper, `many${i}`, 500);
  const last = log!.lastSequence;
  log!.saveAck({ low_water: last, missing: [], highest: last });
  while (keeper.collect(now + 60_002));
  assert.ok(last - log!.deletedTo > 0, 'some are kept');
  assert.ok(keeper.bytes < 0.3 * 4 * 1_048_576, `${keeper.bytes} bytes`);
});

test('with outboxFsync publish() does not wait for the disk, and a stop leaves no file open', async () => {
  using folder = temporaryFolder();
  const logger = collectingLogger();
  const notifier = notifierAt(folder.outbox, { outboxFsync: true, logger });
  publishMany(notifier, 100);
  await waitUntil(() => openFiles().filter((file) => file === `${folder.outbox}-wal`).length === 2, {
    what: 'the group to be on its way to the disk',
  });
  await notifier.stop();
  await waitUntil(() => !openFiles().some((file) => file.startsWith(folder.path)), { what: 'closed files' });
  assert.deepEqual(
    logger.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

const openFiles = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      return [];
    }
  });

test('a notifier that is stopped before it was started lets go of its outbox and takes nothing more', async () => {
  using folder = temporaryFolder();
  const notifier = notifierAt(folder.outbox);
  publishMany(notifier, 1);
  await notifier.stop();
  const outcome = notifier.publish({ task_request_id: 't', status: 'RUNNING' });
  assert.ok(!outcome.accepted && outcome.error.code === 'notifier_stopped');
  using keeper = keeperAt(folder.outbox);
  assert.equal(keeper.file, folder.outbox);
});

test('a disabled notifier touches no file', async () => {
  using folder = temporaryFolder();
  await using notifier = notifierAt(folder.outbox, { enabled: false });
  await notifier.start();
  assert.ok(notifier.publish({ task_request_id: 't', status: 'RUNNING' }).accepted);
  assert.equal(await notifier.run({ task_request_id: 't' }, async () => 42), 42);
  assert.ok(await notifier.flush({ timeoutMs: 0 }));
  assert.deepEqual(readdirSync(folder.path), []);
});
