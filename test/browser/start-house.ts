import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RedisServer, startProcess, startRedis, waitUntil } from '@taskwire/test-harness';
import { buildDashboard } from '../../scripts/setup/build-dashboard.js';

const MAIN = new URL('../../packages/taskwire/src/main.ts', import.meta.url);

/** A machine that has much else to do starts everything in this time. */
const SLOW_MS = 90_000;

/** Everything that `npm start` runs, on a Redis of its own that a test may stop. */
export interface House extends AsyncDisposable {
  readonly url: string;
  readonly redis: RedisServer;
  /** Removed at its end. */
  readonly directory: string;
  /** An answer of the API. @throws Error where it is none of 2xx */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
}

export interface HouseOptions {
  /** Added to what `taskwire up` is started with. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sent with each request of {@link House.get} and {@link House.post}. */
  readonly token?: string;
}

export async function startHouse({ env = {}, token }: HouseOptions = {}): Promise<House> {
  buildDashboard();
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-browser-test-'));
  const redis = await startRedis();
  const up = await startProcess(MAIN, {
    arguments: ['up'],
    env: { REDIS_URL: redis.url, PORT: '0', TASKWIRE_DATA_DIR: directory, TMPDIR: directory, ...env },
    cwd: directory,
  });
  const [, url = ''] = await up.waitForLine(/dashboard +(http:\/\/\S+)/, SLOW_MS);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = async <T>(address: string, init: RequestInit): Promise<T> => {
    const response = await fetch(`${url}/${address}`, {
      ...init,
      headers: { ...init.headers, ...authorization },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${address}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  const house: House = {
    url,
    redis,
    directory,
    get: (address) => ask(address, {}),
    post: (address, body) =>
      ask(address, {
        method: 'POST',
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: async () => {
      await up.stop().catch(() => up.kill());
      await redis[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
    },
  };
  await waitUntil(async () => (await fetch(`${url}/health/ready`)).ok, {
    what: 'readiness',
    timeoutMs: SLOW_MS,
  });
  return house;
}
