import { renameSync } from 'node:fs';

/** The files of one outbox, by what is put behind its path: those of the SQLite database, and its tail. */
const DATABASE_FILES = ['', '-wal', '-shm', '-journal'] as const;
const ALL_FILES = [...DATABASE_FILES, '-tail'] as const;

/** Where a file goes that is corrupt. */
export const pathAside = (file: string, nowMs: number): string =>
  `${file}.corrupt-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;

/**
 * @param tailToo where its events are known to be elsewhere; otherwise the next database gets them
 * @returns the new path of the database
 */
export function setAsideCorrupt(outboxFile: string, nowMs: number, tailToo: boolean): string {
  const aside = pathAside(outboxFile, nowMs);
  for (const suffix of tailToo ? ALL_FILES : DATABASE_FILES) {
    try {
      renameSync(outboxFile + suffix, aside + suffix);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return aside;
}
