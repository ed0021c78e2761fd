import { spawnSync } from 'node:child_process';

/** What can start an engine, and make images where no registry can be reached. */
const OF_AN_ENGINE = ['docker', 'dockerd', 'debootstrap'];

/** An engine that answers, or else what starts one, as only root can; and compose. */
export function findContainerEngine() {
  if (composeCommand() === undefined) return undefined;
  if (engineAnswers()) return 'docker';
  return process.getuid?.() === 0 && OF_AN_ENGINE.every(isOnPath) ? 'dockerd' : undefined;
}

/** @param {Readonly<Record<string, string>>} env */
export function engineAnswers(env = {}) {
  return succeeds('docker', ['info', '--format', '{{.ServerVersion}}'], env);
}

/** Compose as a plug-in of `docker`, or as a program of its own. @returns {readonly string[] | undefined} */
export function composeCommand() {
  if (succeeds('docker', ['compose', 'version'])) return ['docker', 'compose'];
  return succeeds('docker-compose', ['version']) ? ['docker-compose'] : undefined;
}

const isOnPath = (/** @type {string} */ program) => succeeds('sh', ['-c', `command -v ${program}`]);

function succeeds(
  /** @type {string} */ program,
  /** @type {readonly string[]} */ given,
  /** @type {Readonly<Record<string, string>>} */ env = {},
) {
  const options = {
    stdio: /** @type {const} */ ('ignore'),
    env: { ...process.env, ...env },
    timeout: 20_000,
  };
  return spawnSync(program, given, options).status === 0;
}
