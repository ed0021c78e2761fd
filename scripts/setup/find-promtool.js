import { spawnSync } from 'node:child_process';

/** `promtool` where there is one. */
export function findPromtool() {
  return spawnSync('promtool', ['--version']).status === 0 ? 'promtool' : undefined;
}
