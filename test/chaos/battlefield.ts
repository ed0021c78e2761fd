import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RedisNames, readSettings, redisNames, redisNodes } from '@taskwire/protocol';
import {
  type DividedNetwork,
  type PostgresServer,
  type PostgresServerOptions,
  type RedisServer,
  type RedisServerOptions,
  type StartedProcess,
  startPostgres,
  startProcess,
  startPython,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import { memoryLimits } from '../../packages/taskwire/src/process/memory-limits.ts';
import { checkLedger, countMissing, type Verdict } from './ledger/check-ledger.ts';
import { type Ledger, readLedgers } from './ledger/ledger-file.ts';
import type { PublisherConfig } from './load/publisher-main.ts';
import { PATIENCE_MS } from './patience.ts';
import { watchProgress } from './watch-progress.ts';

export interface PublisherWish {
  /** Which outbox and ledger it uses. A publisher in the slot of one that was killed is its next process. */
  readonly slot: number;
  readonly eventsPerS: number;
  /** Default: until it is stopped. */
  readonly eventsMax?: number;
  readonly outboxBytesMax?: number;
  /** Default: in the battlefield's folder. */
  readonly outboxPath?: string;
  /** Default: those of the battlefield. */
  readonly names?: RedisNames;
  /** As in {@link PublisherConfig}. */
  readonly clock?: { readonly offsetsMs: readonly number[] };
  /** As in StartProcessOptions: other surroundings for this process. */
  readonly wrapper?: readonly string[];
  /** Which client it uses. Default: what CHAOS_PUBLISHERS says, or else typescript. */
  readonly client?: PublisherClient;
}

/** Both have to survive the same, so any of these tests can be run with either. */
export type PublisherClient = 'typescript' | 'python';

/** A listener of ours runs within these limits, whoever starts it. */
const LISTENER_START = memoryLimits('listener', [], {});
const { MALLOC_ARENA_MAX = '', MALLOC_MMAP_THRESHOLD_ = '' } = LISTENER_START?.env ?? {};
const MALLOC = { MALLOC_ARENA_MAX, MALLOC_MMAP_THRESHOLD_ };

const defaultClient = (): PublisherClient =>
  process.env.CHAOS_PUBLISHERS === 'python' ? 'python' : 'typescript';

/** Who stands where, in a battlefield with a network of its own. */
export type Party = 'workers' | 'redis' | 'web' | 'database';
export const PARTIES: readonly Party[] = ['workers', 'redis', 'web', 'database'];

/** Real Redis, real PostgreSQL, listeners and publishers as processes, and the ledger that judges them. */
export interface Battlefield extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  readonly names: RedisNames;
  /** Holds the outboxes and the ledgers. */
  readonly directory: string;
  /** Returns when it reads. */
  /** @param main the program, in place of that of this release */
  startListener(env?: Readonly<Record<string, string>>, main?: URL): Promise<StartedProcess>;
  startPublisher(wish: PublisherWish): Promise<StartedProcess>;
  /** So many at once, in the slots from 0 on. */
  startPublishers(count: number, wish: Omit<PublisherWish, 'slot'>): Promise<readonly StartedProcess[]>;
  ledger(): Ledger;
  /** Waits until so many more events have been received: work goes on. */
  progress(events: number, timeoutMs?: number): Promise<void>;
  /** Stops the publishers that run, once all of their events are acknowledged: nothing of theirs is on its way any more. */
  settle(): Promise<void>;
  /** Settles, and judges. */
  judge(): Promise<Verdict>;
}

/** Settings that lead to servers, and one of those. */
export interface RedisServers {
  readonly redis: RedisServer;
  readonly env: Readonly<Record<string, string>>;
}

export interface BattlefieldOptions {
  readonly redis?: RedisServerOptions;
  /** Several Redis servers in place of one; disposed by whoever made them. */
  readonly servers?: RedisServers;
  readonly postgres?: PostgresServerOptions;
  /** The URL of a new, empty database. Default: an ordinary one. */
  readonly createDatabase?: (postgres: PostgresServer) => Promise<string>;
  readonly seed?: number;
  /** Which client publishers use that wish for none. Default: as in {@link PublisherWish}. */
  readonly client?: PublisherClient;
  /** Default: everybody on 127.0.0.1. It is disposed by whoever made it. */
  readonly network?: DividedNetwork<Party>;
}

/** Until a stopped publisher has every event acknowledged; its own limit is a little shorter. */
const DRAIN_MS_MAX = 100_000;

export async function prepareBattlefield(options: BattlefieldOptions = {}): Promise<Battlefield> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-chaos-'));
  const placeOf = (party: Party) =>
    options.network === undefined
      ? {}
      : { host: options.network.hostOf(party), wrapper: options.network.wrapperOf(party) };
  const [redis, postgres] = await Promise.all([
    options.servers?.redis ?? startRedis({ appendOnly: true, ...placeOf('redis'), ...options.redis }),
    startPostgres({ ...placeOf('database'), ...options.postgres }),
  ]);
  const databaseUrl = await (options.createDatabase?.(postgres) ?? postgres.createDatabase());
  // We look at the database through its Unix socket, which is there whatever is cut.
  const ledgerUrl = `${databaseUrl}?host=${encodeURIComponent(postgres.directory)}`;
  const redisEnv = { REDIS_URL: redis.url, ...options.servers?.env };
  const settings = readSettings(redisEnv);
  const names = redisNames(settings);
  const nodes = redisNodes(settings);
  const publishers = new Set<StartedProcess>();
  const listeners = new Set<StartedProcess>();
  const ledger = () =>
    readLedgers(
      readdirSync(directory)
        .filter((file) => file.endsWith('.ledger'))
        .map((file) => path.join(directory, file)),
    );
  const watch = watchProgress(ledgerUrl);

  const startPublisher: Battlefield['startPublisher'] = async ({
    slot,
    eventsMax = Number.MAX_SAFE_INTEGER,
    wrapper,
    client = options.client ?? defaultClient(),
    ...wish
  }) => {
    const config: PublisherConfig = {
      redisUrl: settings.redisUrl,
      ...(nodes === undefined ? {} : { redisNodes: nodes }),
      names,
      label: `publisher-${slot}`,
      seed: (options.seed ?? 1) * 1_000 + slot,
      outboxPath: path.join(directory, `outbox-${slot}.sqlite`),
      ledgerPath: path.join(directory, `${slot}.ledger`),
      eventsMax,
      ...wish,
    };
    const surroundings = {
      arguments: [JSON.stringify(config)],
      ...placeOf('workers'),
      ...(wrapper === undefined ? {} : { wrapper }),
    };
    const publisher =
      client === 'python'
        ? await startPython(new URL('load/publisher_main.py', import.meta.url), surroundings)
        : await startProcess(new URL('load/publisher-main.ts', import.meta.url), surroundings);
    publishers.add(publisher);
    await publisher.waitForLine(/^publishing$/, PATIENCE_MS);
    return publisher;
  };

  async function settle(): Promise<void> {
    const running = [...publishers].filter((publisher) => publisher.isRunning());
    const exits = await Promise.all(running.map((publisher) => publisher.stop(DRAIN_MS_MAX)));
    const unfinished = running.filter((_, index) => exits[index]?.code !== 0);
    if (unfinished.length === 0) return;
    const said = unfinished.map((publisher) => publisher.output().slice(-2_000)).join('\n');
    throw new Error(`${unfinished.length} publishers were not acknowledged; they said:\n${said}`);
  }

  return {
    redis,
    postgres,
    databaseUrl,
    names,
    directory,
    ledger,
    startListener: async (env = {}, main = new URL('load/listener-main.ts', import.meta.url)) => {
      const listener = await startProcess(main, {
        nodeFlags: LISTENER_START?.flags ?? [],
        env: {
          ...MALLOC,
          ...redisEnv,
          DATABASE_URL: databaseUrl,
          TASKWIRE_CLAIM_IDLE_MS: '1000',
          ...env,
        },
        ...placeOf('web'),
      });
      listeners.add(listener);
      await listener.waitForLine(/^ready$/, PATIENCE_MS);
      return listener;
    },
    startPublisher,
    startPublishers: (count, wish) =>
      Promise.all(Array.from({ length: count }, (_, slot) => startPublisher({ slot, ...wish }))),
    progress: async (events, timeoutMs = PATIENCE_MS) => {
      const from = await watch.received();
      await waitUntil(async () => (await watch.received()) >= from + events, {
        what: `${events} more events received`,
        timeoutMs,
        pollMs: 50,
      });
    },
    settle,
    judge: async () => {
      await settle();
      // Events of publishers that were killed and not replaced may still be on their way through Redis.
      await waitUntil(async () => (await countMissing(ledger(), ledgerUrl)) === 0, {
        what: 'every accepted event in the history',
        timeoutMs: PATIENCE_MS,
        pollMs: 200,
      }).catch(() => {});
      return checkLedger(ledger(), ledgerUrl);
    },
    [Symbol.asyncDispose]: async () => {
      for (const process of [...publishers, ...listeners]) await process[Symbol.asyncDispose]();
      await watch.close();
      if (options.servers === undefined) await redis[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
