import { readFileSync } from 'node:fs';
import {
  type BackoffPolicy,
  backoffMs,
  type Logger,
  messageOf,
  type RedisNodes,
  redisConnectProblem,
  redisTls,
} from '@taskwire/protocol';
import { Command, Redis } from 'ioredis';
import { type CommandBytes, createCommandBytes } from './command-bytes.ts';
import type { LuaScript } from './lua-script.ts';
import { toNode } from './to-node.ts';

/** Back within a second of Redis coming back, and no storm while it is away. */
const RECONNECT_BACKOFF: BackoffPolicy = { firstMs: 50, factor: 2, maxMs: 1_000 };
/** A connection that cannot be made in this time, or that leaves a command unanswered for it, is given up. */
const CONNECT_TIMEOUT_MS = 4_000;
const ANSWER_TIMEOUT_MS = 4_000;
const KEEP_ALIVE_MS = 5_000;

export interface RedisConnectionOptions {
  readonly url: string;
  readonly caFile: string | undefined;
  /** Where `url` alone does not say which server: of a cluster it is the one that has `key`. */
  readonly nodes: RedisNodes | undefined;
  readonly key: string;
  readonly logger: Logger;
  readonly random: () => number;
  readonly onReady: () => void;
  readonly onLost: () => void;
  /** The first attempt came to nothing. */
  readonly onNotMade: () => void;
}

/** One connection that comes back by itself, for ever. Nothing is queued while it is away: calls fail at once. */
export interface RedisConnection {
  readonly isReady: boolean;
  /** Whether it was ready once, or could not be made once. */
  readonly wasTried: boolean;
  /** What is wrong now, in words; null while it is ready. */
  readonly problem: string | null;
  /** Runs a script by its hash, and by its source where Redis does not have it. @throws what Redis answers */
  run(script: LuaScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Gives the connection up and makes a new one, as after a failover behind the same address. */
  reconnect(): void;
  close(): void;
}

/** @throws TaskwireError `setting_invalid` for a caFile that is of no use */
export function openRedisConnection(options: RedisConnectionOptions): RedisConnection {
  const { logger } = options;
  let ready = false;
  let closed = false;
  let tried = false;
  let problem: string | null = 'not connected yet';
  /** As many as there ever were commands under way at once: two or three. */
  const idleWriters: CommandBytes[] = [];

  const tls = redisTls(options, (path) => readFileSync(path, 'utf8'));
  const redis = new Redis(options.url, {
    ...(tls === undefined ? {} : { tls }),
    ...toNode({ nodes: options.nodes, url: options.url, tls, key: options.key }),
    lazyConnect: true,
    protocol: 2,
    connectionName: 'taskwire-notifier',
    connectTimeout: CONNECT_TIMEOUT_MS,
    // Ends the connection, so that packets that vanish are noticed; a mere command timeout would leave it in use.
    socketTimeout: ANSWER_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    // A Redis that is loading its data answers with LOADING, which is retried like any other refusal.
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // What is unanswered when the connection ends fails at once. Any other value leaves it pending for ever.
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    retryStrategy: (attempt) => backoffMs(RECONNECT_BACKOFF, attempt, options.random()),
  });
  const report = (words: string): void => {
    if (problem !== words) logger.warn({ problem: words }, 'Redis cannot be used; events are kept');
    problem = words;
  };
  redis.on('ready', () => {
    ready = true;
    tried = true;
    if (problem !== null) logger.info({}, 'connected to Redis');
    problem = null;
    options.onReady();
  });
  redis.on('error', (error: Error) => report(redisConnectProblem(error)));
  redis.on('close', () => {
    const wasReady = ready;
    ready = false;
    if (closed) return;
    if (wasReady) report('the connection was lost');
    if (wasReady) options.onLost();
    if (tried) return;
    tried = true;
    options.onNotMade();
  });
  redis.connect().catch((error: unknown) => {
    if (!closed) report(redisConnectProblem(error));
  });

  const evaluate = async (
    name: 'evalsha' | 'eval',
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> => {
    const writer = idleWriters.pop() ?? createCommandBytes();
    // The client itself would put the prefix there, where the address has one.
    const prefix = redis.options.keyPrefix ?? '';
    const head = [script, keys.length, ...keys.map((key) => prefix + key)];
    const bytes = writer.write(name, [...head, ...args]);
    const answer = await redis.sendCommand(new WrittenCommand(name, head, bytes));
    // Answered, so the bytes were read. Of a command that failed it cannot be told who still holds them.
    idleWriters.push(writer);
    return answer;
  };

  return {
    get isReady() {
      return ready;
    },
    get wasTried() {
      return tried;
    },
    get problem() {
      return problem;
    },
    async run(script, keys, args) {
      try {
        return await evaluate('evalsha', script.sha1, keys, args);
      } catch (error) {
        if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
        return await evaluate('eval', script.source, keys, args);
      }
    },
    reconnect: () => redis.disconnect(true),
    close() {
      closed = true;
      ready = false;
      redis.disconnect();
    },
  };
}

/**
 * A command that goes out as these bytes. The client would put the text of all arguments together first, and then make
 * bytes of it: for a batch of events that takes three times as long.
 */
class WrittenCommand extends Command {
  readonly #bytes: Buffer;

  /** @param head the arguments that the client itself looks at: those up to the last key */
  constructor(name: string, head: readonly (string | number)[], bytes: Buffer) {
    super(name, [...head], { replyEncoding: 'utf8' });
    this.#bytes = bytes;
  }

  override toWritable(): Buffer {
    return this.#bytes;
  }
}
