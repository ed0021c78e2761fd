import { readFileSync } from 'node:fs';
import { backoffMs, type Logger, type RedisNodes, redisConnectProblem, redisTls } from '@taskwire/protocol';
import { Redis } from 'ioredis';
import { toNode } from './to-node.ts';
import { withoutArguments } from './without-arguments.ts';

/**
 * How long a blocking read waits in Redis. Long enough that an idle listener costs nothing, and short enough that
 * silence soon means a dead connection.
 */
export const REDIS_BLOCK_MS = 2_000;

/** With an answer due, a connection that says nothing for this long is dead: half-open ones are noticed in < 10 s. */
const SILENCE_MS_MAX = 4_500;

/** A server that takes the connection but never answers is given up after this, and tried again. */
const CONNECT_MS_MAX = 2_000;

/** A server that does not answer our farewell is left without one. */
const FAREWELL_MS_MAX = 100;

/** The last step is short: work has to go on within 2 s of the return of a Redis, however long it was away. */
const RECONNECT = { firstMs: 50, factor: 2, maxMs: 500 };

export interface RedisConnectionOptions {
  readonly url: string;
  /** As TASKWIRE_REDIS_CA_FILE. */
  readonly caFile?: string | undefined;
  /** Unset: the one server that `url` names. */
  readonly nodes?: RedisNodes | undefined;
  /** In a cluster the connection is to the node that has this key. */
  readonly key?: string;
  /** Shown in CLIENT LIST after `taskwire:`. */
  readonly role: string;
  readonly logger: Logger;
  readonly random: () => number;
}

/**
 * A connection that comes back by itself and fails its commands at once while it is away: whoever sent them knows
 * better than a queue whether they are still wanted. It connects with {@link connect}, not before.
 * @throws TaskwireError `setting_invalid` for a caFile that is of no use
 */
export function createRedisConnection(options: RedisConnectionOptions): Redis {
  const tls = redisTls({ url: options.url, caFile: options.caFile }, (path) => readFileSync(path, 'utf8'));
  const redis = new Redis(options.url, {
    ...(tls === undefined ? {} : { tls }),
    ...toNode({ nodes: options.nodes, url: options.url, tls, key: options.key ?? '' }),
    lazyConnect: true,
    connectionName: `taskwire:${options.role}`,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // The client's own way ends the process when the connection breaks again while it subscribes.
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS_MAX,
    disconnectTimeout: FAREWELL_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    retryStrategy: (attempt) => backoffMs(RECONNECT, attempt, options.random()),
    // Replies of version 3 come in two shapes; nothing here needs it, and version 2 has one.
    protocol: 2,
  });
  const logger = withoutArguments(options.logger);
  let lastMessage = '';
  redis.on('error', (error: Error) => {
    // One line a cause, not one a try.
    const problem = redisConnectProblem(error);
    if (problem !== lastMessage)
      logger.warn({ err: error, role: options.role, problem }, 'Redis connection failed');
    lastMessage = problem;
  });
  redis.on('ready', () => {
    lastMessage = '';
  });
  // The client gives up where not even a socket could be made (no file descriptors); we do not.
  redis.on('end', () => {
    if (ended.has(redis)) return;
    setTimeout(() => {
      if (!ended.has(redis)) redis.connect().catch(() => {});
    }, RECONNECT.maxMs);
  });
  return redis;
}

/** Begins to connect, and goes on until it succeeds or is closed; does not wait for it. */
export function beginConnecting(redis: Redis): void {
  if (redis.status === 'wait') redis.connect().catch(() => {});
}

/** Ends a connection for good, also one to a server that answers nothing any more. */
export function endConnection(redis: Redis): void {
  if (ended.has(redis)) return;
  ended.add(redis);
  redis.disconnect();
}

const ended = new WeakSet<Redis>();

/** Resolves when commands can be sent on one of these, or when `signal` is aborted. */
export async function whenOneIsReady(connections: readonly Redis[], signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  await Promise.race(connections.map((redis) => whenReady(redis, either)));
  done.abort();
}

/** Resolves when commands can be sent, or when `signal` is aborted. */
export async function whenReady(redis: Redis, signal: AbortSignal): Promise<void> {
  if (redis.status === 'ready' || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      redis.off('ready', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    redis.on('ready', done);
    signal.addEventListener('abort', done);
  });
}
