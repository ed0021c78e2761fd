import { spawnSync } from 'node:child_process';

/**
 * A Python that has redis-py. The one on PATH need not be the one that the distribution installs modules for.
 */
export function findPythonWithRedis() {
  return ['python3', '/usr/bin/python3', '/usr/local/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import redis'], { stdio: 'ignore' }).status === 0,
  );
}
