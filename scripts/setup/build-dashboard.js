import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from './say.js';
import { SetupError } from './setup-error.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = path.join(ROOT, 'packages', 'server', 'dashboard');
const BUILT = path.join(ROOT, 'packages', 'server', 'dist-dashboard');
/** Says what the dashboard was built of; beside it, as the builder empties the folder. */
const STAMP = path.join(BUILT, 'built-of.txt');

/**
 * Builds the dashboard where its sources, or the packages it is built of, are not those of the last time.
 * @throws {SetupError}
 */
export function buildDashboard() {
  const stamp = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
  say('building the dashboard …');
  const started = Date.now();
  const node = path.join(ROOT, 'node_modules', '.bin', 'node');
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const { status, stdout, stderr } = spawnSync(node, [vite, 'build', SOURCES, '--logLevel', 'warn'], {
    cwd: ROOT,
    encoding: 'utf8',
    // Who runs this under a test runner or in development builds the same thing.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) throw new SetupError(`the dashboard cannot be built:\n${stdout}${stderr}`);
  writeFileSync(STAMP, stamp);
  say(`dashboard built in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** By content, not by time: a checkout changes times. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.includes('node_modules') && !file.includes('.test.'))
    .map((file) => path.join(SOURCES, file))
    .filter((file) => statSync(file).isFile());
  for (const file of [...sources.sort(), path.join(ROOT, 'package-lock.json')]) {
    hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
