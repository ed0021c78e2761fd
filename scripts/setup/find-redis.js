import { spawnSync } from 'node:child_process';

/** The first with XAUTOCLAIM and LMOVE. */
const OLDEST = [6, 2];

/** `redis-server` when the one on PATH is new enough. */
export function findRedisServer() {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  const version = /v=(\d+)\.(\d+)/.exec(stdout ?? '');
  const [major = 0, minor = 0] = (version ?? []).slice(1).map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  const isNewEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return isNewEnough ? 'redis-server' : undefined;
}
