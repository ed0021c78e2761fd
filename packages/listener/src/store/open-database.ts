import path from 'node:path';
import { messageOf, type Settings, TaskwireError } from '@taskwire/protocol';
import type { Database } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** A web process that was told to stop needs no longer. */
const LOCK_WAIT_MS = 6_000;

/**
 * The database that the settings name: PostgreSQL by DATABASE_URL, or else the embedded one in TASKWIRE_DATA_DIR, which
 * one process at a time may have open.
 * @throws TaskwireError `setting_invalid` where another process has it open, or the folder cannot be used
 */
export async function openDatabase(settings: Pick<Settings, 'databaseUrl' | 'dataDir'>): Promise<Database> {
  if (settings.databaseUrl !== undefined) return openPostgres({ url: settings.databaseUrl });
  const directory = path.resolve(settings.dataDir, 'database');
  const lock = await lockOf(path.resolve(settings.dataDir));
  try {
    const database = await openPglite({ directory });
    const close = async (): Promise<void> => {
      await database.close();
      lock.release();
    };
    return { ...database, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    lock.release();
    throw new TaskwireError(
      'database_unavailable',
      `the embedded database in ${directory} does not open: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function lockOf(dataDir: string) {
  try {
    const lock = await lockDirectory(dataDir, 'database.lock', LOCK_WAIT_MS);
    if (lock !== undefined) return lock;
  } catch (error) {
    throw new TaskwireError(
      'setting_invalid',
      `TASKWIRE_DATA_DIR: ${dataDir} cannot be used: ${messageOf(error)}`,
    );
  }
  throw new TaskwireError(
    'setting_invalid',
    `TASKWIRE_DATA_DIR: another process has the embedded database in ${dataDir} open; stop it, use its HTTP API, or set DATABASE_URL`,
  );
}
