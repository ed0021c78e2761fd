import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

/** Held until it is released, at the latest when the process ends, however it ends. */
export interface DirectoryLock {
  release(): void;
}

const LOOK_EVERY_MS = 50;

/**
 * Locks a folder for one process: `name` in it is an SQLite file whose lock belongs to the operating system, so that
 * nothing has to be cleaned up after `kill -9`.
 * @param waitMs how long to wait for a process that is just ending
 * @returns undefined where another process holds it
 */
export async function lockDirectory(
  directory: string,
  name: string,
  waitMs: number,
): Promise<DirectoryLock | undefined> {
  mkdirSync(directory, { recursive: true });
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = tryLock(path.join(directory, name));
    if (lock !== undefined || performance.now() >= deadline) return lock;
    await delay(LOOK_EVERY_MS);
  }
}

function tryLock(file: string): DirectoryLock | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    const { errcode } = error as { readonly errcode?: number };
    const SQLITE_BUSY = 5;
    if (errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}
