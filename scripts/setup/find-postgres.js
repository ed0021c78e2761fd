import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Debian keeps each version's programs in a folder of its own and leaves them off PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const OLDEST_MAJOR_VERSION = 15;

/** The folder with `initdb` and `postgres` of the newest version that we support. */
export function findPostgresBinaries() {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).map(Number) : [];
  const newestFirst = versions.filter((major) => major >= OLDEST_MAJOR_VERSION).sort((a, b) => b - a);
  const ofDebian = newestFirst.map((major) => path.join(DEBIAN_FOLDER, String(major), 'bin')).find(hasInitdb);
  return (
    ofDebian ?? (process.env.PATH ?? '').split(path.delimiter).find((it) => hasInitdb(it) && isSupported(it))
  );
}

function hasInitdb(/** @type {string} */ folder) {
  return existsSync(path.join(folder, 'initdb'));
}

function isSupported(/** @type {string} */ folder) {
  const { stdout } = spawnSync(path.join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  return Number(/\d+/.exec(stdout ?? '')?.[0]) >= OLDEST_MAJOR_VERSION;
}
