import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Chromium, or the Chrome that it is the base of, under the names that distributions give them. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Where it is: who drives it wants a path. Some distributions have a program of this name that only says how to get it. */
export function findChromium() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(
    (program) => existsSync(program) && spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}
