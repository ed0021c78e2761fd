import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { SetupError } from './setup-error.js';

/** What Debian asks before it starts the service of a package; 101 forbids it. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs packages without starting their services: we need the programs, not a server on a well-known port.
 * @param {readonly string[]} packages
 * @throws {SetupError}
 */
export function installDebianPackages(packages) {
  const policyIsOurs = forbidServices();
  try {
    apt('update');
    apt('install', '--yes', '--no-install-recommends', ...packages);
  } finally {
    if (policyIsOurs) rmSync(SERVICE_POLICY, { force: true });
  }
}

/** Leaves a policy that is there as it is, and says whether there was none. */
function forbidServices() {
  try {
    writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}

function apt(/** @type {string[]} */ ...commandArguments) {
  const { status, error, stderr } = spawnSync('apt-get', ['-qq', ...commandArguments], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return;
  const reason =
    error?.message ?? stderr.split('\n').find((line) => line.startsWith('E:')) ?? `exit code ${status}`;
  throw new SetupError(`apt-get ${commandArguments.join(' ')} failed: ${reason}`);
}
