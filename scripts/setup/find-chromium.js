import { spawnSync } from 'node:child_process';

/** Chromium, or the Chrome that it is the base of, under the names that distributions give them. */
export function findChromium() {
  return ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'].find(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}
