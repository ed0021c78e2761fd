import { createService, type Logger, type Service } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import {
  HEADER_BYTES_MAX,
  listenProblem,
  PATIENCE,
  type Patience,
  refuseUnreadable,
  urlOf,
  watchUnused,
} from './http/listening.ts';
import { newFastify } from './http/new-fastify.ts';
import { refuseWrongProxies } from './http/trusted-proxies.ts';

export interface WebServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
  /** Addresses or ranges of reverse proxies whose X-Forwarded-* headers are believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** How long a client may take; for tests. */
  readonly patience?: Partial<Patience>;
  /** Adds the routes; called at each start. */
  readonly routes: (app: FastifyInstance) => void;
}

export interface WebServer extends Service {
  /** Such as `http://127.0.0.1:8080`. @throws TaskwireError `stopped` when it does not listen */
  url(): string;
}

/**
 * An HTTP server of its own. `start()` returns when it listens; `stop()` when the requests in hand are answered.
 * Starting throws TaskwireError `setting_invalid` where the port is taken or may not be used.
 */
export function createWebServer(options: WebServerOptions): WebServer {
  const { host, port, logger, trustedProxies = [] } = options;
  refuseWrongProxies(trustedProxies);
  let app: FastifyInstance | undefined;

  const build = (): FastifyInstance => {
    const patience: Patience = { ...PATIENCE, ...options.patience };
    const built = newFastify({
      logger,
      trustedProxies,
      server: {
        requestTimeout: patience.requestMs,
        connectionTimeout: patience.silenceMs,
        keepAliveTimeout: patience.keepAliveMs,
        http: {
          headersTimeout: patience.headersMs,
          connectionsCheckingInterval: patience.checkEveryMs,
          maxHeaderSize: HEADER_BYTES_MAX,
        },
        clientErrorHandler: refuseUnreadable,
        forceCloseConnections: 'idle',
      },
    });
    const closeUnused = watchUnused(built.server);
    built.addHook('preClose', async () => closeUnused());
    options.routes(built);
    return built;
  };

  const lifecycle = createService({
    onStart: async () => {
      app = build();
      try {
        await app.listen({ host, port });
      } catch (error) {
        throw listenProblem(error, host, port);
      }
    },
    onStop: async () => {
      await app?.close();
      app = undefined;
    },
  });
  return {
    ...lifecycle,
    url: () => urlOf(app?.server),
  };
}
