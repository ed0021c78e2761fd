import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  append,
  copyOutbox,
  eventsOf,
  idsIn,
  keeperAt,
  OUTBOX_FILES,
  publishAndDie,
} from '../../test/keeper-under-test.ts';
import { collectingLogger, temporaryFolder } from '../../test/notifier-under-test.ts';
import { createDeliveries } from '../delivery/deliveries.ts';

const range = (count: number, prefix = 'e'): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

/** As a process leaves it that is killed: a copy of the files of an outbox that is open. */
function killedWith(outbox: string, copy: string, ids: readonly string[], size = 300): void {
  using keeper = keeperAt(outbox);
  for (const id of ids) assert.ok(append(keeper, id, size).kept);
  copyOutbox(outbox, copy);
}

test('events are read in order wherever they are, in the database, in the tail, or in both', () => {
  using folder = temporaryFolder();
  const ids = range(700);
  killedWith(folder.outbox, `${folder.path}/copy`, ids);
  using keeper = keeperAt(`${folder.path}/copy`);
  const [log] = keeper.logs();
  assert.deepEqual(idsIn(keeper), ids);
  for (const [from, to] of [
    [1, 3],
    [150, 420],
    [640, 700],
    [1, 700],
  ] as const) {
    const sequences = log!
      .read(from, to, { events_max: 500, bytes_max: 100_000 })
      .map(({ sequence }) => sequence);
    const count = Math.min(to - from + 1, sequences.length);
    assert.deepEqual(
      sequences,
      Array.from({ length: count }, (_, index) => from + index),
    );
    assert.ok(count === to - from + 1 || count > 250, `${count} events from ${from}`);
  }
});

test('the events of a killed process are followed by those of the next, and by theirs', () => {
  using folder = temporaryFolder();
  const ids = [3, 1, 200, 2].flatMap((count) => publishAndDie(folder.outbox, count).ids);
  using keeper = keeperAt(folder.outbox);
  assert.deepEqual(idsIn(keeper), ids);
  assert.equal(new Set(keeper.logs().map(({ publisherId }) => publisherId)).size, 4);
});

test('a process that is killed between moving events into the database and clearing the tail leaves each of them once', () => {
  using folder = temporaryFolder();
  using keeper = keeperAt(folder.outbox);
  const ids: string[] = [];
  const isMoved = () => keeper.bytes > 0 && segmentsIn(`${folder.path}/look`) > 0;
  for (let tail = Buffer.alloc(0); ; tail = readFileSync(`${folder.outbox}-tail`)) {
    ids.push(`e${ids.length + 1}`);
    assert.ok(append(keeper, ids.at(-1)!, 2_000).kept);
    copyOutbox(folder.outbox, `${folder.path}/look`);
    if (isMoved()) {
      writeFileSync(`${folder.path}/look-tail`, tail);
      break;
    }
  }
  // The last one came after the move.
  using next = keeperAt(`${folder.path}/look`);
  assert.deepEqual(idsIn(next), ids.slice(0, -1));
});

function segmentsIn(outbox: string): number {
  for (const suffix of ['', '-wal']) copyFileSync(outbox + suffix, `${outbox}-counted${suffix}`);
  const database = new DatabaseSync(`${outbox}-counted`);
  const row = database.prepare('SELECT count(*) AS count FROM segments').get();
  database.close();
  return Number(row?.count);
}

test('what is acknowledged in the tail is deleted like everything else, and the tail goes with the last of it', () => {
  using folder = temporaryFolder();
  const keeper = keeperAt(folder.outbox, { ackGraceMs: 0 });
  for (const id of range(10)) append(keeper, id);
  const [log] = keeper.logs();
  log!.saveAck({ low_water: 6, missing: [], highest: 10 });
  while (keeper.collect(Date.now()));
  assert.deepEqual(idsIn(keeper), range(10).slice(6));
  keeper.close();
  assert.ok(existsSync(`${folder.outbox}-tail`));
  using again = keeperAt(folder.outbox, { ackGraceMs: 0 });
  assert.deepEqual(idsIn(again), range(10).slice(6));
  again.logs()[0]!.saveAck({ low_water: 10, missing: [], highest: 10 });
  while (again.collect(Date.now()));
  again.close();
  assert.ok(!existsSync(`${folder.outbox}-tail`));
});

test('an event that is larger than a tail keeps its place among the others', () => {
  using folder = temporaryFolder();
  {
    using keeper = keeperAt(folder.outbox);
    for (const [id, size] of [
      ['small', 10],
      ['large', 200_000],
      ['next', 10],
      ['larger', 300_000],
    ] as const) {
      assert.ok(append(keeper, id, size).kept);
    }
    assert.deepEqual(idsIn(keeper), ['small', 'large', 'next', 'larger']);
    assert.ok(append(keeper, 'last').kept);
  }
  using keeper = keeperAt(folder.outbox);
  assert.deepEqual(idsIn(keeper), ['small', 'large', 'next', 'larger', 'last']);
});

test('where a tail cannot be made events are as durable without one', () => {
  using folder = temporaryFolder();
  mkdirSync(`${folder.outbox}-tail`);
  {
    using keeper = keeperAt(folder.outbox);
    assert.equal(keeper.problem?.includes('EISDIR'), true, 'what is there is not a tail');
  }
  rmSync(`${folder.outbox}-tail`, { recursive: true });
  using keeper = keeperAt(folder.outbox);
  mkdirSync(`${folder.outbox}-tail`);
  for (const id of range(3)) {
    const kept = append(keeper, id);
    assert.ok(kept.kept && kept.durable);
  }
  assert.deepEqual(idsIn(keeper), range(3));
});

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

test('with fsync there is no tail, and one that was left is drained', () => {
  using folder = temporaryFolder();
  const { ids } = publishAndDie(folder.outbox, 3);
  using keeper = keeperAt(folder.outbox, { fsync: true });
  for (const id of range(3)) assert.ok(append(keeper, id).kept);
  assert.ok(!existsSync(`${folder.outbox}-tail`));
  assert.deepEqual(idsIn(keeper), [...ids, ...range(3)]);
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

test('an outbox of the first schema, with a row for each event, goes on with all of it', () => {
  using folder = temporaryFolder();
  const database = new DatabaseSync(folder.outbox);
  database.exec(`
    CREATE TABLE publishers (base_id INTEGER PRIMARY KEY, publisher_id TEXT NOT NULL UNIQUE, file_identity TEXT NOT NULL,
      deleted_to INTEGER NOT NULL DEFAULT 0, ack TEXT) STRICT;
    CREATE TABLE events (id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, payload TEXT NOT NULL) STRICT;
    INSERT INTO publishers VALUES (0, 'one', '', 2, '{"low_water":3,"missing":[],"highest":4}'), (4, 'two', '', 0, NULL);
    INSERT INTO events VALUES (3, 'c', 'payload c'), (4, 'd', 'payload d'), (5, 'e', 'payload e');
    PRAGMA user_version = 1;`);
  database.close();
  using keeper = keeperAt(folder.outbox);
  const [one, two] = keeper.logs();
  assert.deepEqual(
    [one!.publisherId, one!.deletedTo, one!.lastSequence, one!.ack?.low_water],
    ['one', 2, 4, 3],
  );
  assert.deepEqual(eventsOf(one!), [
    { sequence: 3, event_id: 'c', payload: 'payload c' },
    { sequence: 4, event_id: 'd', payload: 'payload d' },
  ]);
  assert.deepEqual(eventsOf(two!), [{ sequence: 1, event_id: 'e', payload: 'payload e' }]);
  assert.ok(append(keeper, 'f').kept);
  assert.deepEqual(idsIn(keeper), ['c', 'd', 'e', 'f']);
  assert.deepEqual(
    OUTBOX_FILES.map((suffix) => existsSync(folder.outbox + suffix)),
    [true, true, true],
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

test('a tail of which the database has everything goes at once', () => {
  using folder = temporaryFolder();
  const copy = `${folder.path}/copy`;
  killedWith(folder.outbox, copy, range(5));
  const tail = readFileSync(`${copy}-tail`);
  {
    using keeper = keeperAt(copy);
    append(keeper, 'next');
    copyOutbox(copy, folder.outbox);
  }
  writeFileSync(`${folder.outbox}-tail`, tail);
  using keeper = keeperAt(folder.outbox);
  assert.deepEqual(idsIn(keeper), range(5));
  assert.ok(!existsSync(`${folder.outbox}-tail`));
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

test('the tail may be read by those who may read the database', () => {
  using folder = temporaryFolder();
  using keeper = keeperAt(folder.outbox);
  chmodSync(folder.outbox, 0o600);
  append(keeper, 'a');
  assert.equal(statSync(`${folder.outbox}-tail`).mode & 0o777, 0o600);
});

test('an outbox of the first schema takes no more room when it is converted', () => {
  using folder = temporaryFolder();
  const bytesMax = 4 * 1_048_576;
  const database = new DatabaseSync(folder.outbox);
  database.exec(`
    CREATE TABLE publishers (base_id INTEGER PRIMARY KEY, publisher_id TEXT NOT NULL UNIQUE, file_identity TEXT NOT NULL,
      deleted_to INTEGER NOT NULL DEFAULT 0, ack TEXT) STRICT;
    CREATE TABLE events (id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, payload TEXT NOT NULL) STRICT;
    INSERT INTO publishers VALUES (0, 'one', '', 0, NULL);
    PRAGMA user_version = 1;
    BEGIN`);
  const count = 5_000;
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?)');
  for (let id = 1; id <= count; id++) insert.run(id, `e${id}`, 'x'.repeat(500));
  database.exec('COMMIT; PRAGMA journal_mode = WAL');
  database.close();
  const size = statSync(folder.outbox).size;
  using keeper = keeperAt(folder.outbox, { bytesMax });
  assert.deepEqual(idsIn(keeper), range(count));
  assert.ok(statSync(folder.outbox).size < 1.2 * size, `${statSync(folder.outbox).size} after ${size} bytes`);
});
