import { mkdirSync, readFileSync, renameSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The files of one SQLite database, by what is put behind its path. */
const COMPANIONS = ['', '-wal', '-shm', '-journal'] as const;

const PAGE_BYTES = 4096;
/**
 * The write-ahead log is copied back when it has this many pages (4 MiB). It is part of the bound on bytes; larger
 * would make that copy, which happens inside a publish(), longer than a few milliseconds.
 */
const WAL_PAGES_MAX = 1000;
const SCHEMA_VERSION = 1;
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
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(`PRAGMA synchronous = ${options.fsync ? 'NORMAL' : 'OFF'}`);
  const pagesMax = Math.floor(options.bytesMax / PAGE_BYTES);
  const walPagesMax = Math.min(WAL_PAGES_MAX, Math.ceil(pagesMax / 4));
  database.exec(`PRAGMA wal_autocheckpoint = ${walPagesMax}`);
  database.exec(`PRAGMA journal_size_limit = ${walPagesMax * PAGE_BYTES}`);
  // A writing transaction, even an empty one, takes the lock that is then kept.
  database.exec('BEGIN IMMEDIATE');
  const version = database.prepare('PRAGMA user_version').get()?.user_version;
  if (version === 0) database.exec(readFileSync(new URL('./schema.sql', import.meta.url), 'utf8'));
  else if (version !== SCHEMA_VERSION) {
    throw new Error(`its schema has version ${String(version)}, and only ${SCHEMA_VERSION} is known here`);
  }
  database.exec('COMMIT');
  database.exec(`PRAGMA max_page_count = ${pagesMax - walPagesMax}`);
  shrinkEmpty(database);
}

/**
 * An outbox that once was large gives its space back when it is found empty. The file itself stays: SQLite finds a
 * database's log by its name, so deleting files that another process may be about to open could pair the one with the
 * log of the other.
 */
export function shrinkEmpty(database: DatabaseSync): void {
  if (database.prepare('SELECT 1 FROM events LIMIT 1').get() !== undefined) return;
  const free = Number(database.prepare('PRAGMA freelist_count').get()?.freelist_count);
  if (free > WAL_PAGES_MAX) database.exec('VACUUM');
}

/** @returns the new path of the file */
export function setAsideCorrupt(file: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  const aside = `${file}.corrupt-${stamp}`;
  for (const companion of COMPANIONS) {
    try {
      renameSync(file + companion, aside + companion);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return aside;
}
