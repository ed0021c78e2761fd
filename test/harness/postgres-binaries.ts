import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const DEBIAN_FOLDER = '/usr/lib/postgresql';
const OLDEST_MAJOR_VERSION = 15;

/**
 * The folder with `initdb` and `postgres` of the newest PostgreSQL that we support.
 * @throws Error when there is none.
 */
export function postgresBinaries(): string {
  const installed = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).map(Number) : [];
  const newestFirst = installed.filter((major) => major >= OLDEST_MAJOR_VERSION).sort((a, b) => b - a);
  const folders = [
    ...newestFirst.map((major) => path.join(DEBIAN_FOLDER, String(major), 'bin')),
    ...(process.env.PATH ?? '').split(path.delimiter).filter(isSupported),
  ];
  const found = folders.find((folder) => existsSync(path.join(folder, 'initdb')));
  if (found === undefined) {
    throw new Error(
      `PostgreSQL ${OLDEST_MAJOR_VERSION} or newer is not installed; run node scripts/setup.js --for-tests`,
    );
  }
  return found;
}

function isSupported(folder: string): boolean {
  if (!existsSync(path.join(folder, 'postgres'))) return false;
  const { stdout } = spawnSync(path.join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  return Number(/\d+/.exec(stdout)?.[0]) >= OLDEST_MAJOR_VERSION;
}
