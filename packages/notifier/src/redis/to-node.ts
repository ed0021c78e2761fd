import { connect, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  createNodeFinder,
  messageOf,
  type NodeAddress,
  type RedisNodes,
  saysElsewhere,
} from '@taskwire/protocol';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';

/** A server that is asked for the way has this long to answer; then another is asked. */
const ASK_MS_MAX = 1_000;

/** Who is sent somewhere else again and again, as in the middle of a failover, does not look more often than this. */
const LOOK_AGAIN_MS = 500;

export interface WayToNode {
  /** Undefined: the URL says it all. */
  readonly nodes: RedisNodes | undefined;
  readonly url: string;
  readonly tls: { readonly ca: string } | undefined;
  /** One of the keys that the connection is for. */
  readonly key: string;
}

/**
 * What a client has to be told so that it connects to the right one of several servers, and looks for it again whenever
 * an answer says that it is another by now. Nothing where there is only one.
 */
export function toNode({
  nodes,
  url,
  tls,
  key,
}: WayToNode): Pick<RedisOptions, 'Connector' | 'reconnectOnError'> {
  if (nodes === undefined) return {};
  const ask = (asked: string, command: readonly [string, ...string[]]) => askOnce(asked, tls, command);
  const find = createNodeFinder({ nodes, url, key, ask });
  let lookedAgainAt = Number.NEGATIVE_INFINITY;
  return {
    Connector: connectorTo(find),
    reconnectOnError: (error) => {
      if (!saysElsewhere(error) || performance.now() - lookedAgainAt < LOOK_AGAIN_MS) return false;
      lookedAgainAt = performance.now();
      return true;
    },
  };
}

async function askOnce(
  url: string,
  tls: { readonly ca: string } | undefined,
  [name, ...parameters]: readonly [string, ...string[]],
): Promise<unknown> {
  const redis = new Redis(url, {
    ...(tls === undefined ? {} : { tls }),
    lazyConnect: true,
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    connectTimeout: ASK_MS_MAX,
    commandTimeout: ASK_MS_MAX,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  });
  let problem: Error | undefined;
  redis.on('error', (error: Error) => {
    problem = error;
  });
  try {
    await redis.connect();
    return await redis.call(name, ...parameters);
  } catch (error) {
    // The client itself merely says that its connection is closed.
    throw problem ?? error;
  } finally {
    redis.disconnect();
  }
}

function connectorTo(find: () => Promise<NodeAddress>): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      super((options as { readonly disconnectTimeout: number }).disconnectTimeout);
      this.#options = options as RedisOptions;
    }

    /** A replica is not what we look for, though Sentinel may not have noticed yet. */
    override check(info: { readonly role?: string }): boolean {
      return info.role !== 'slave';
    }

    override async connect() {
      this.connecting = true;
      delete this.firstError;
      let stream = new Socket();
      try {
        const address = await find();
        const { tls } = this.#options;
        if (!this.connecting) stream.destroy();
        else stream = tls ? connectTls({ ...address, ...tls }) : connect(address);
        stream.once('error', (error) => {
          this.firstError = error;
        });
      } catch (error) {
        // A rejection would end the client for good; a connection that is closed already is tried again.
        this.firstError = error instanceof Error ? error : new Error(messageOf(error));
        stream.destroy();
      }
      this.stream = stream;
      return stream;
    }
  };
}
