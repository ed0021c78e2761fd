import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { backoffMs, createService, type Service, TaskwireError } from '@taskwire/protocol';
import type { LogFile } from './log-file.ts';

export interface PrivateRedisOptions {
  /** Where its data lies; its alone. */
  readonly directory: string;
  readonly log: LogFile;
  /** It ended without being told to, and is started again in so many ms. */
  readonly onEnd: (restartInMs: number) => void;
}

export interface PrivateRedis extends Service {
  readonly url: string;
}

/** Below the range that systems take the ports of outgoing connections from: nobody gets in the way of a restart. */
const PORTS = { lowest: 16_000, highest: 32_000 };
const PORT_TRIES_MAX = 20;
/** An append-only file of some GB is read in this time. */
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 3_000;
const LOOK_EVERY_MS = 25;
const PID_FILE = 'redis.pid';
const RESTART = { firstMs: 100, factor: 2, maxMs: 5_000 };

/**
 * A redis-server of our own: on 127.0.0.1, with an append-only file, never evicting, and gone when we are.
 * `start()` throws TaskwireError `redis_unavailable` where redis-server is not installed or does not start.
 */
export function createPrivateRedis(options: PrivateRedisOptions): PrivateRedis {
  const { directory, log } = options;
  let port = randomPort();
  let server: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let failures = 0;

  /** @returns whether it takes connections; false where it ended before. */
  async function launch(): Promise<boolean> {
    const configuration = path.join(directory, 'redis.conf');
    writeFileSync(configuration, configurationOf(port, directory));
    const script = fileURLToPath(new URL('./private-redis.sh', import.meta.url));
    // A group of its own: Ctrl-C in the terminal is for us, and it is we who stop the others in order.
    const child = spawn('sh', [script, configuration], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    server = child;
    child.stdin.on('error', () => {});
    const ended = once(child, 'exit').then(() => false);
    const ready = new Promise<boolean>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          log.write(line);
          if (line.includes('Ready to accept connections')) resolve(true);
        });
      }
    });
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), START_MS_MAX);
    const tooLate = once(late.signal, 'abort').then(() => false);
    const isReady = await Promise.race([ready, ended, tooLate]);
    clearTimeout(timer);
    if (isReady) child.once('exit', () => relaunch(child));
    return isReady;
  }

  function relaunch(child: ChildProcess): void {
    if (server !== child) return;
    const restartInMs = backoffMs(RESTART, ++failures, Math.random());
    options.onEnd(restartInMs);
    restart = setTimeout(async () => {
      if (await launch()) failures = 0;
      else if (server !== undefined) relaunch(server);
    }, restartInMs);
  }

  const lifecycle = createService({
    onStart: async () => {
      if (spawnSync('redis-server', ['--version']).status !== 0) {
        throw new TaskwireError(
          'redis_unavailable',
          'REDIS_URL is not set, and there is no redis-server here to start: install Redis 6.2 or newer, or set REDIS_URL',
        );
      }
      mkdirSync(directory, { recursive: true });
      await untilGone(path.join(directory, PID_FILE));
      for (let tries = 0; tries < PORT_TRIES_MAX; tries++) {
        if (await launch()) return;
        // As a rule somebody has the port.
        port = randomPort();
      }
      throw new TaskwireError('redis_unavailable', `redis-server does not start; ${log.path} says why`);
    },
    onStop: async () => {
      clearTimeout(restart);
      const child = server;
      server = undefined;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      const timer = setTimeout(() => killGroup(child), STOP_MS_MAX);
      child.stdin?.end();
      await exited;
      clearTimeout(timer);
    },
  });
  return {
    ...lifecycle,
    get url() {
      return `redis://127.0.0.1:${port}`;
    },
  };
}

/** The Redis of a run that was killed writes its file to the end; two of them on one file would spoil it. */
async function untilGone(pidFile: string): Promise<void> {
  const deadline = performance.now() + STOP_MS_MAX;
  while (
    existsSync(pidFile) &&
    isAlive(Number(readFileSync(pidFile, 'utf8'))) &&
    performance.now() < deadline
  ) {
    await delay(LOOK_EVERY_MS);
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

const randomPort = (): number => randomInt(PORTS.lowest, PORTS.highest);

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

const configurationOf = (port: number, directory: string): string =>
  Object.entries({
    bind: '127.0.0.1',
    port: String(port),
    dir: JSON.stringify(directory),
    appendonly: 'yes',
    appendfsync: 'everysec',
    // See deploy/redis/redis.conf.
    'auto-aof-rewrite-min-size': '512mb',
    save: '""',
    pidfile: JSON.stringify(path.join(directory, PID_FILE)),
    // A full Redis has to say so: what it evicted would be events.
    'maxmemory-policy': 'noeviction',
  })
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
