import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from './say.js';
import { SetupError } from './setup-error.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALLED_NODE = path.join(ROOT, 'node_modules', '.bin', 'node');
/** The first with node:sqlite and without a flag for TypeScript files. */
const OLDEST_NODE = [22, 13];

/**
 * Makes node_modules what package-lock.json says, and checks that the Node in it runs here.
 * @throws {SetupError}
 */
export function installPackages() {
  if (!isInstalled()) install();
  checkNode();
}

/**
 * Compares npm's own record of what it installed with the lock file. Packages of other platforms are not installed,
 * and those are all optional.
 */
function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  const locked = packagesOf('package-lock.json');
  if (installed === undefined || locked === undefined || !existsSync(INSTALLED_NODE)) return false;
  return Object.entries(locked)
    .filter(([location]) => location.startsWith('node_modules/'))
    .every(([location, wanted]) => {
      const found = installed[location];
      return found === undefined ? wanted.optional === true : found.version === wanted.version;
    });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined} undefined when it is not there
 */
function packagesOf(file) {
  const location = path.join(ROOT, file);
  return existsSync(location) ? JSON.parse(readFileSync(location, 'utf8')).packages : undefined;
}

/**
 * `npm ci` refuses a lock file without the optional packages of other platforms, which is what npm writes where only
 * those of one can be had. `npm install --no-save` takes the same versions from it and changes nothing of ours.
 */
function install() {
  say('installing the packages of package-lock.json, about a minute …');
  const started = Date.now();
  const flags = ['--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = spawnSync('npm', ['install', ...flags], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (npm.status !== 0) {
    const reason = npm.error?.message ?? firstLine(npm.stderr) ?? `exit code ${npm.status}`;
    throw new SetupError(`npm install failed (${reason}); run npm install --no-save to see all of it`);
  }
  say(`packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

function firstLine(/** @type {string} */ text) {
  return text
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)/, '').trim())
    .find((line) => line !== '' && !line.startsWith('code '));
}

function checkNode() {
  const { stdout } = spawnSync(INSTALLED_NODE, ['--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout ?? '').trim().slice(1).split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetupError(
    `node_modules/.bin/node is ${stdout?.trim() || 'missing or does not run'} and must be ${OLDEST_NODE.join('.')} or newer; remove node_modules and run npm run setup`,
  );
}
