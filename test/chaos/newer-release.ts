import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the next release does to the database. */
export interface NewerReleaseWish {
  /** Behind the number, such as `add_queue.compatible.sql`. */
  readonly migration: string;
  readonly sql: string;
  /** A word in its SQL statements that becomes another one, as the migration wants it. */
  readonly renamed?: readonly [from: string, to: string];
}

/** A listener as of a release to come: a copy of this one with one migration more. */
export interface NewerRelease extends Disposable {
  /** Its listener process, as of load/listener-main.ts. */
  readonly listenerMain: URL;
}

export function prepareNewerRelease(wish: NewerReleaseWish): NewerRelease {
  const release = mkdtempSync(path.join(tmpdir(), 'taskwire-newer-'));
  const copied = [
    'packages/listener/src',
    'packages/listener/package.json',
    'packages/taskwire/src/process/keep-heap-small.ts',
    'test/chaos/load',
    'test/chaos/observe.ts',
    'test/chaos/patience.ts',
  ];
  for (const entry of copied) cpSync(path.join(root, entry), path.join(release, entry), { recursive: true });
  writeFileSync(path.join(release, 'package.json'), '{ "type": "module" }');

  // Everything else is that of this release.
  const link = (scope: string, from: string) => {
    mkdirSync(path.join(release, scope), { recursive: true });
    for (const name of readdirSync(path.join(root, from))) {
      if (name === '@taskwire' || name === 'listener') continue;
      symlinkSync(path.join(root, from, name), path.join(release, scope, name));
    }
  };
  link('node_modules', 'node_modules');
  link('node_modules/@taskwire', 'node_modules/@taskwire');
  symlinkSync(path.join(release, 'packages/listener'), path.join(release, 'node_modules/@taskwire/listener'));

  const store = path.join(release, 'packages/listener/src/store');
  const number = String(readdirSync(path.join(store, 'migrations')).length + 1).padStart(4, '0');
  writeFileSync(path.join(store, 'migrations', `${number}_${wish.migration}`), wish.sql);
  if (wish.renamed !== undefined) renameInStatements(path.join(store, 'sql'), ...wish.renamed);
  return {
    listenerMain: pathToFileURL(path.join(release, 'test/chaos/load/listener-main.ts')),
    [Symbol.dispose]: () => rmSync(release, { recursive: true, force: true }),
  };
}

function renameInStatements(folder: string, from: string, to: string): void {
  for (const name of readdirSync(folder, { encoding: 'utf8', recursive: true })) {
    if (!name.endsWith('.sql')) continue;
    const file = path.join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(new RegExp(`\\b${from}\\b`, 'g'), to));
  }
}
