import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import {
  append,
  copyOutbox,
  eventsOf,
  idsIn,
  keeperAt,
  killedWith,
  publishAndDie,
  range,
} from '../../test/keeper-under-test.ts';
import { collectingLogger, temporaryFolder } from '../../test/notifier-under-test.ts';
import { createDeliveries } from '../delivery/deliveries.ts';

test('an event that was half written is not there, and those before it are', () => {
  using folder = temporaryFolder();
  const killed = `${folder.path}/killed`;
  const copy = `${folder.path}/copy`;
  killedWith(folder.outbox, killed, range(5));
  const tail = readFileSync(`${killed}-tail`);
  for (const missing of [5, 12, 100, 320]) {
    for (const rest of [Buffer.alloc(0), Buffer.alloc(400, 'garbage')]) {
      copyOutbox(killed, copy);
      writeFileSync(`${copy}-tail`, Buffer.concat([tail.subarray(0, tail.length - missing), rest]));
      using keeper = keeperAt(copy);
      assert.deepEqual(idsIn(keeper), range(4));
      assert.ok(append(keeper, 'new').kept);
    }
  }
});

test('a damaged tail gives what is before the damage, is copied aside, and it is said loudly and once', () => {
  using folder = temporaryFolder();
  const copy = `${folder.path}/copy`;
  killedWith(folder.outbox, copy, range(20));
  const tail = readFileSync(`${copy}-tail`);
  tail.fill('garbage', 2_000, 2_500);
  writeFileSync(`${copy}-tail`, tail);
  const logger = collectingLogger();
  for (let opening = 0; opening < 2; opening++) {
    using keeper = keeperAt(copy, { logger });
    const ids = idsIn(keeper);
    assert.deepEqual(ids, range(ids.length));
    assert.ok(ids.length >= 3 && ids.length < 6, `${ids.length} events`);
  }
  assert.equal(
    logger.lines.filter(({ level, message }) => level === 'error' && /damaged/.test(message)).length,
    1,
  );
  const aside = readdirSync(folder.path).filter((name) => name.startsWith('copy-tail.corrupt-'));
  assert.deepEqual(
    aside.map((name) => readFileSync(`${folder.path}/${name}`)),
    [tail],
  );
});

test('where a damaged tail cannot be copied aside, it is not said to be', () => {
  using folder = temporaryFolder();
  const logger = collectingLogger();
  writeFileSync(`${folder.outbox}-tail`, Buffer.alloc(5_000, 'not a tail'));
  mkdirSync(`${folder.outbox}-tail.corrupt-1970-01-01T00-00-00-000Z`);
  using keeper = keeperAt(folder.outbox, { logger, nowMs: () => 0 });
  assert.ok(append(keeper, 'a').kept);
  const said = logger.lines.filter(({ message }) => /damaged/.test(message));
  assert.deepEqual(
    said.map(({ message }) => /no copy could be made$/.test(message)),
    [true],
  );
});

test('random bytes in the place of a tail are set aside', () => {
  using folder = temporaryFolder();
  const logger = collectingLogger();
  writeFileSync(`${folder.outbox}-tail`, Buffer.alloc(5_000, 'not a tail'));
  using keeper = keeperAt(folder.outbox, { logger });
  assert.equal(keeper.problem, null);
  assert.deepEqual(idsIn(keeper), []);
  assert.ok(append(keeper, 'a').kept);
  assert.ok(logger.lines.some(({ level, message }) => level === 'error' && /damaged/.test(message)));
});

test('where the database is corrupt the events of the tail go into the new one, under their own publisher_id', () => {
  using folder = temporaryFolder();
  const copy = `${folder.path}/copy`;
  killedWith(folder.outbox, copy, range(3));
  using original = keeperAt(folder.outbox);
  const [log] = original.logs();
  writeFileSync(copy, Buffer.alloc(8_192, 'not a database'));
  rmSync(`${copy}-wal`);
  using keeper = keeperAt(copy);
  assert.ok(append(keeper, 'new').kept);
  assert.deepEqual(idsIn(keeper), [...range(3), 'new']);
  const [left, own] = keeper.logs();
  assert.deepEqual([left!.publisherId, left!.closable], [log!.publisherId, false]);
  assert.deepEqual(eventsOf(left!), eventsOf(log!));
  assert.notEqual(own!.publisherId, left!.publisherId);
});

test('an older copy of the database beside a newer tail brings back the events of both', () => {
  using folder = temporaryFolder();
  const old = `${folder.path}/old`;
  killedWith(folder.outbox, old, range(3, 'old'));
  const { ids } = publishAndDie(folder.outbox, 4);
  for (const suffix of ['', '-wal']) copyFileSync(old + suffix, folder.outbox + suffix);
  // The three are in the tail of then.
  using keeper = keeperAt(folder.outbox);
  assert.ok(append(keeper, 'new').kept);
  assert.deepEqual(idsIn(keeper), [...ids, 'new']);
  using other = keeperAt(old);
  assert.deepEqual(idsIn(other), range(3, 'old'));
});

test('a tail that was begun and not written is none', () => {
  using folder = temporaryFolder();
  const { ids } = publishAndDie(folder.outbox, 3);
  truncateSync(`${folder.outbox}-tail`, 0);
  const logger = collectingLogger();
  using keeper = keeperAt(folder.outbox, { logger });
  assert.equal(idsIn(keeper).length, 0);
  assert.ok(ids.length === 3 && append(keeper, 'a').kept);
  assert.deepEqual(
    logger.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

test('a process that changes its folder before its first event keeps the tail beside the database', () => {
  using folder = temporaryFolder();
  const before = process.cwd();
  mkdirSync(`${folder.path}/elsewhere`);
  process.chdir(folder.path);
  try {
    using keeper = keeperAt('relative.sqlite');
    process.chdir(`${folder.path}/elsewhere`);
    for (const id of range(3)) append(keeper, id);
    copyOutbox(`${folder.path}/relative.sqlite`, `${folder.path}/copy`);
  } finally {
    process.chdir(before);
  }
  assert.deepEqual(readdirSync(`${folder.path}/elsewhere`), []);
  using next = keeperAt(`${folder.path}/copy`);
  assert.deepEqual(idsIn(next), range(3));
});

test('a process whose outbox is replaced under it does not write into the tail of the next one', () => {
  using folder = temporaryFolder();
  using first = keeperAt(folder.outbox);
  for (const id of range(3)) append(first, id);
  renameSync(folder.outbox, `${folder.path}/replaced`);
  rmSync(`${folder.outbox}-wal`);
  using second = keeperAt(folder.outbox);
  for (const id of range(3, 'second')) append(second, id);
  for (const id of range(5, 'late')) append(first, id);
  copyOutbox(folder.outbox, `${folder.path}/copy`);
  using next = keeperAt(`${folder.path}/copy`);
  assert.deepEqual(idsIn(next), [...range(3), ...range(3, 'second')]);
});

test('where an older copy of the database leaves a hole before the tail, what is there moves to a new publisher', () => {
  using folder = temporaryFolder();
  const copy = `${folder.path}/copy`;
  {
    using keeper = keeperAt(folder.outbox);
    for (const id of range(100)) append(keeper, id, 1_000);
    for (const suffix of ['', '-wal']) copyFileSync(folder.outbox + suffix, copy + suffix);
    for (const id of range(100, 'later')) append(keeper, id, 1_000);
    copyFileSync(`${folder.outbox}-tail`, `${copy}-tail`);
  }
  using keeper = keeperAt(copy);
  const [log] = keeper.logs();
  const ids = idsIn(keeper);
  assert.ok(ids.length > 30 && ids.length < 200 && ids.at(-1) === 'later100');
  const deliveries = createDeliveries();
  deliveries.follow(keeper.logs(), 0);
  assert.deepEqual(
    [...deliveries].map(({ contested }) => contested),
    [true],
  );
  while (keeper.rehome(log!) > 0);
  assert.equal(log!.deletedTo, log!.lastSequence);
  assert.deepEqual(idsIn(keeper), ids);
});

test('a damaged tail of which no copy can be kept holds nothing up', () => {
  using folder = temporaryFolder();
  const copy = `${folder.path}/copy`;
  killedWith(folder.outbox, copy, range(5));
  const tail = readFileSync(`${copy}-tail`);
  writeFileSync(`${copy}-tail`, tail.fill('garbage', tail.length - 100));
  mkdirSync(`${copy}-tail.corrupt-1970-01-01T00-00-00-000Z`);
  using keeper = keeperAt(copy, { nowMs: () => 0 });
  assert.ok(append(keeper, 'new').kept);
  assert.deepEqual(idsIn(keeper), [...range(4), 'new']);
});

test('a tail that goes on where another publisher has begun is set aside', () => {
  using folder = temporaryFolder();
  const logger = collectingLogger();
  const [old, now] = [`${folder.path}/old`, `${folder.path}/now`];
  {
    using keeper = keeperAt(folder.outbox);
    for (const id of range(3)) append(keeper, id);
    copyOutbox(folder.outbox, now);
    append(keeper, 'e4');
    copyOutbox(folder.outbox, old);
  }
  {
    using keeper = keeperAt(now);
    append(keeper, 'next');
  }
  copyFileSync(`${old}-tail`, `${now}-tail`);
  using keeper = keeperAt(now, { logger });
  assert.deepEqual(idsIn(keeper), range(3));
  assert.ok(logger.lines.some(({ level, message }) => level === 'error' && /older state/.test(message)));
  assert.equal(readdirSync(folder.path).filter((name) => name.startsWith('now-tail.corrupt-')).length, 1);
});

test('a tail whose database is gone is found by whoever looks for outboxes that are left', () => {
  using folder = temporaryFolder();
  killedWith(folder.outbox, `${folder.outbox}.7`, range(3));
  for (const suffix of ['', '-wal']) rmSync(`${folder.outbox}.7${suffix}`);
  using keeper = keeperAt(`${folder.path}/outbox.sqlite`);
  keeper.adopt();
  assert.ok(idsIn(keeper).length >= 3);
  assert.deepEqual(
    keeper
      .logs()
      .flatMap((log) => eventsOf(log).map(({ sequence }) => sequence))
      .slice(-3),
    [1, 2, 3],
  );
});
