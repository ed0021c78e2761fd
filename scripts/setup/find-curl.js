import { spawnSync } from 'node:child_process';

/** `curl` where there is one. */
export function findCurl() {
  return spawnSync('curl', ['--version']).status === 0 ? 'curl' : undefined;
}
