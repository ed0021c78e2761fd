import { mkdirSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { recordOf } from './event-records.ts';
import { pragma } from './outbox-statements.ts';
import { tailRoom } from './outbox-tail.ts';

/** Of a new file: small where each event is written with the page that it is in, large where segments are. */
const PAGE_BYTES = { withFsync: 4_096, withTail: 16_384 } as const;
/**
 * The write-ahead log is copied back when it is this large. It is part of the bound on bytes; larger would make that
 * copy, which happens inside a publish(), longer than a few milliseconds.
 */
const WAL_BYTES_MAX = 4_096_000;
/** Of an empty file; it is made small when there are more. */
const FREE_PAGES_MAX = 250;
const SCHEMA_VERSION = 2;
/** The one before, with a row for each event. */
const ROWS_VERSION = 1;
const ROWS_IN_A_STEP = 200;
/**
 * Of a disk that is smaller than the bound on bytes no more than this is used. On a disk that it had filled itself, an
 * outbox could not even delete what is acknowledged: that needs room as well.
 */
const DISK_SHARE_MAX = 0.8;

export interface OutboxFileOptions {
  readonly bytesMax: number;
  /** Against power loss: order the writes of a checkpoint (see {@link openOutboxFile}). */
  readonly fsync: boolean;
}

/**
 * Opens the file, makes it where there is none, and locks it: the lock belongs to this connection alone, keeps every
 * other process and thread from reading and writing, and goes with the process, however that ends.
 *
 * The lock is SQLite's own on the file (`locking_mode=EXCLUSIVE`), so there is no second file that could be left over
 * or be out of step; with it the index of the write-ahead log is in memory, so no shared memory file either. POSIX
 * locks are dropped when the process closes any other descriptor of that file: nothing here may open it beside SQLite.
 *
 * `synchronous=OFF`: what is written is in the kernel's hands when publish() returns, and survives the death of the
 * process and the container; a checkpoint never waits for the disk inside a task. Against power loss `fsync` orders
 * the writes of checkpoints (`NORMAL`) and the log is synchronised by groups besides.
 *
 * @throws what node:sqlite and node:fs throw; see sqlite-error.ts
 */
export function openOutboxFile(file: string, options: OutboxFileOptions): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    configure(database, { ...options, bytesMax: withinDisk(file, options.bytesMax) });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function withinDisk(file: string, bytesMax: number): number {
  const { blocks, bsize } = statfsSync(path.dirname(file));
  // Some network file systems do not know their size.
  return blocks === 0 ? bytesMax : Math.min(bytesMax, blocks * bsize * DISK_SHARE_MAX);
}

function configure(database: DatabaseSync, options: OutboxFileOptions): void {
  database.exec(`PRAGMA page_size = ${options.fsync ? PAGE_BYTES.withFsync : PAGE_BYTES.withTail}`);
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(`PRAGMA synchronous = ${options.fsync ? 'NORMAL' : 'OFF'}`);
  const pageBytes = pragma(database.prepare('PRAGMA page_size'));
  const pagesMax = Math.floor(options.bytesMax / pageBytes);
  const walPagesMax = Math.min(Math.floor(WAL_BYTES_MAX / pageBytes), Math.ceil(pagesMax / 4));
  database.exec(`PRAGMA wal_autocheckpoint = ${walPagesMax}`);
  database.exec(`PRAGMA journal_size_limit = ${walPagesMax * pageBytes}`);
  // A writing transaction, even an empty one, takes the lock that is then kept.
  database.exec('BEGIN IMMEDIATE');
  const version = database.prepare('PRAGMA user_version').get()?.user_version;
  if (version === 0 || version === ROWS_VERSION) {
    database.exec(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'));
  } else if (version !== SCHEMA_VERSION) {
    throw new Error(`its schema has version ${String(version)}, and only ${SCHEMA_VERSION} is known here`);
  }
  database.exec('COMMIT');
  const tailPagesMax = Math.ceil(tailRoom(options.bytesMax) / pageBytes);
  database.exec(`PRAGMA max_page_count = ${pagesMax - walPagesMax - tailPagesMax}`);
  moveEventRows(database);
  shrinkEmpty(database);
}

/**
 * Before there were segments each event was a row, and a file of then may have some still. A step takes as much room as
 * it gives back, so that a full file has enough, and one that is interrupted goes on at the next opening.
 */
function moveEventRows(database: DatabaseSync): void {
  if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'events'").get() === undefined) return;
  const select =
    database.prepare(`SELECT id, event_id, payload, id - base_id AS sequence FROM events JOIN publishers
    ON base_id = (SELECT max(base_id) FROM publishers WHERE base_id < id) ORDER BY id LIMIT ${ROWS_IN_A_STEP}`);
  const remove = database.prepare('DELETE FROM events WHERE id <= ?');
  const insert = database.prepare('INSERT INTO segments (first_id, last_id, records) VALUES (?1, ?1, ?2)');
  for (let rows = select.all(); rows.length > 0; rows = select.all()) {
    database.exec('BEGIN IMMEDIATE');
    remove.run(Number(rows.at(-1)?.id));
    for (const { id, event_id, payload, sequence } of rows) {
      const event = { sequence: Number(sequence), event_id: String(event_id), payload: String(payload) };
      insert.run(Number(id), recordOf(event));
    }
    database.exec('COMMIT');
  }
  database.exec('DROP TABLE events');
}

/**
 * An outbox that once was large gives its space back when it is found empty. The file itself stays: SQLite finds a
 * database's log by its name, so deleting files that another process may be about to open could pair the one with the
 * log of the other.
 */
export function shrinkEmpty(database: DatabaseSync): void {
  if (database.prepare('SELECT 1 FROM segments LIMIT 1').get() !== undefined) return;
  const free = pragma(database.prepare('PRAGMA freelist_count'));
  if (free > FREE_PAGES_MAX) database.exec('VACUUM');
}
