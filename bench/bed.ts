import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RedisNames, readSettings, redisNames } from '@taskwire/protocol';
import {
  type PostgresServer,
  type RedisServer,
  type StartedProcess,
  startPostgres,
  startProcess,
  startProgram,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import { scaled } from './figure.ts';
import type { PublisherConfig } from './publisher-main.ts';

/** As it is shipped, or where nothing is built the sources; said in every result, since the latter are larger. */
const BUILT = fileURLToPath(new URL('../packages/taskwire/dist/main.js', import.meta.url));
const SOURCE = fileURLToPath(new URL('../packages/taskwire/src/main.ts', import.meta.url));

export const PRODUCT = existsSync(BUILT) ? ('built' as const) : ('sources' as const);

/** On a machine that does other things as well, everything takes longer. */
export const PATIENCE_MS = 180_000;

/**
 * New servers for one measurement, as durable as in production: Redis as in deploy/redis, with AOF everysec, PostgreSQL
 * with fsync and synchronous_commit on. Commit times are PostgreSQL's own (track_commit_timestamp).
 */
export interface Bed extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  readonly names: RedisNames;
  readonly directory: string;
  /** `taskwire listener`, within its own limits; returns when it reads. */
  startListener(): Promise<StartedProcess>;
  startPublisher(wish: PublisherWish): Promise<StartedProcess>;
  /** @returns the rows of a statement in the database of the listener */
  query<Row extends Record<string, unknown>>(sql: string): Promise<readonly Row[]>;
  /** Waits until the listeners have settled everything that is in the stream. */
  drained(): Promise<void>;
  /**
   * Makes the database as one is that has been at work, right before something is measured: after a checkpoint, on a machine
   * that has its memory. What a virtual machine left free for some seconds may be with its host, which gives it back page by
   * page to whoever comes first: 9 µs for each page of a file instead of 0.6 where this was written.
   */
  settle(): Promise<void>;
}

/** What a burst writes to all of its files. */
const SETTLED_BYTES = 1_073_741_824;
const SETTLED_SHARE_MAX = 0.25;

type PublisherWish = Omit<PublisherConfig, 'redisUrl' | 'names' | 'outboxPath'>;

/** @param scale that of the measure: where less is measured, less memory is taken before */
export async function prepareBed(scale = 1): Promise<Bed> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-bench-'));
  const [redis, postgres] = await Promise.all([
    startRedis({
      appendOnly: true,
      config: { appendfsync: 'everysec', 'auto-aof-rewrite-min-size': '512mb' },
    }),
    startPostgres({
      settings: {
        fsync: 'on',
        full_page_writes: 'on',
        synchronous_commit: 'on',
        track_commit_timestamp: 'on',
        max_wal_size: '4GB',
      },
    }),
  ]);
  const databaseUrl = await postgres.createDatabase();
  const names = redisNames(readSettings({}));
  const query: Bed['query'] = (sql) => postgres.query(sql, [], databaseUrl);
  return {
    redis,
    postgres,
    databaseUrl,
    names,
    directory,
    query,
    startListener: async () => {
      const program = PRODUCT === 'built' ? [BUILT] : ['--conditions=taskwire-source', SOURCE];
      const listener = await startProgram(process.execPath, [...program, 'listener'], {
        env: {
          REDIS_URL: redis.url,
          DATABASE_URL: databaseUrl,
          TASKWIRE_HOST: '127.0.0.1',
          PORT: '0',
          // Nothing comes with one where it is installed.
          ...(PRODUCT === 'built' ? { NODE_DISABLE_COMPILE_CACHE: '1' } : {}),
        },
      });
      await listener.waitForLine(/schema is up to date/, PATIENCE_MS);
      await waitUntil(async () => (await redis.command('EXISTS', names.stream)) === 1, {
        what: 'the consumer group of the listener',
        timeoutMs: PATIENCE_MS,
      });
      return listener;
    },
    startPublisher: (wish) =>
      startProcess(new URL('publisher-main.ts', import.meta.url), {
        arguments: [
          JSON.stringify({
            ...wish,
            redisUrl: redis.url,
            names,
            outboxPath: path.join(directory, `outbox-${wish.label}.sqlite`),
          } satisfies PublisherConfig),
        ],
      }),
    drained: async () => {
      // Redis knows it without counting; asking the database for its rows would be work beside what is measured.
      await waitUntil(
        async () => {
          const [group = []] = (await redis.command('XINFO', 'GROUPS', names.stream)) as unknown[][];
          const fieldOf = (name: string) => group[group.indexOf(name) + 1];
          return fieldOf('pending') === 0 && fieldOf('lag') === 0;
        },
        { what: 'the end of the backlog', timeoutMs: PATIENCE_MS, pollMs: 250 },
      );
    },
    settle: async () => {
      await query('CHECKPOINT');
      const bytes = Math.min(scaled(SETTLED_BYTES, scale, 0), freemem() * SETTLED_SHARE_MAX);
      takeMemory(path.join(directory, 'memory'), bytes);
    },
    [Symbol.asyncDispose]: async () => {
      await redis[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Has the system take so much memory, and leave it free: a file is written and deleted. */
function takeMemory(file: string, bytes: number): void {
  const piece = Buffer.alloc(1_048_576);
  const descriptor = openSync(file, 'w');
  try {
    for (let written = 0; written < bytes; written += piece.length) writeSync(descriptor, piece);
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}

/** Waits until these publishers have done what goes before what is measured. */
export async function warm(publishers: readonly StartedProcess[]): Promise<void> {
  for (const each of publishers) await each.waitForLine(/^warm$/, PATIENCE_MS);
}

/** Lets publishers that are warm begin. */
export function begin(publishers: readonly StartedProcess[]): void {
  for (const { pid } of publishers) process.kill(pid, 'SIGUSR2');
}

/** Milliseconds since 1970 that a publisher said with this word. */
export async function timeOf(publisher: StartedProcess, word: string): Promise<number> {
  const [, ms] = await publisher.waitForLine(new RegExp(`^${word} (\\d+)$`), PATIENCE_MS);
  return Number(ms);
}
