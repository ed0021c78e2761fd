import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
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
  killedWith,
  OUTBOX_FILES,
  publishAndDie,
  range,
} from '../../test/keeper-under-test.ts';
import { temporaryFolder } from '../../test/notifier-under-test.ts';

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

test('with fsync there is no tail, and one that was left is drained', () => {
  using folder = temporaryFolder();
  const { ids } = publishAndDie(folder.outbox, 3);
  using keeper = keeperAt(folder.outbox, { fsync: true });
  for (const id of range(3)) assert.ok(append(keeper, id).kept);
  assert.ok(!existsSync(`${folder.outbox}-tail`));
  assert.deepEqual(idsIn(keeper), [...ids, ...range(3)]);
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

test('what is read of a backlog takes no memory for its segments once its events are there', () => {
  using folder = temporaryFolder();
  using keeper = keeperAt(folder.outbox);
  for (const id of range(64)) append(keeper, id, 30_000);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(idsIn(keeper).length, 64);
  assert.ok(process.memoryUsage().arrayBuffers - before < 100_000, 'of the 2 MB that were read');
});
