import type { AddressInfo } from 'node:net';
import { createService, type Logger, type Service, TaskwireError } from '@taskwire/protocol';
import { type FastifyInstance, fastify } from 'fastify';
import { addSecurityHeaders } from './http/security-headers.ts';
import { pathOf, replyWithProblem, useProblemReplies } from './problem/problem-replies.ts';

export interface WebServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
  /** Adds the routes; called at each start. */
  readonly routes: (app: FastifyInstance) => void;
}

export interface WebServer extends Service {
  /** Such as `http://127.0.0.1:8080`. @throws TaskwireError `stopped` when it does not listen */
  url(): string;
}

/** A request with everything in it; parameters of a task above that belong into a file or a database. */
const BODY_BYTES_MAX = 1_048_576;
/** An id of 255 characters, each percent-encoded from four bytes. */
const PATH_PARAMETER_LENGTH_MAX = 255 * 12;
/** Who needs longer to send a request is slow on purpose. */
const REQUEST_MS_MAX = 30_000;

/**
 * An HTTP server of its own. `start()` returns when it listens; `stop()` when the requests in hand are answered.
 * Starting throws TaskwireError `setting_invalid` where the port is taken or may not be used.
 */
export function createWebServer(options: WebServerOptions): WebServer {
  const { host, port, logger } = options;
  let app: FastifyInstance | undefined;

  const build = (): FastifyInstance => {
    const built = fastify({
      bodyLimit: BODY_BYTES_MAX,
      requestTimeout: REQUEST_MS_MAX,
      routerOptions: { maxParamLength: PATH_PARAMETER_LENGTH_MAX },
      frameworkErrors: (error, request, reply) => replyWithProblem(error, request, reply, logger),
      forceCloseConnections: 'idle',
    });
    useProblemReplies(built, logger);
    addSecurityHeaders(built);
    built.setNotFoundHandler((request) => {
      throw new TaskwireError('not_found', `There is no ${request.method} ${pathOf(request)} here`);
    });
    built.addHook('onResponse', async (request, reply) => {
      const about = { method: request.method, path: pathOf(request), status: reply.statusCode };
      logger.debug({ ...about, ms: Math.round(reply.elapsedTime * 10) / 10 }, 'answered');
    });
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
    url: () => {
      const address = app?.server.address() as AddressInfo | string | null | undefined;
      if (typeof address !== 'object' || address === null) {
        throw new TaskwireError('stopped', 'the web server does not listen');
      }
      const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      return `http://${shownHost}:${address.port}`;
    },
  };
}

function listenProblem(error: unknown, host: string, port: number): unknown {
  const { code } = error as { readonly code?: string };
  const problem: Partial<Record<string, string>> = {
    EADDRINUSE: `PORT: ${port} on ${host} is taken by another program; set PORT to another one (0 takes any free port)`,
    EACCES: `PORT: ${port} may not be used by this user; set PORT to one above 1023`,
    EADDRNOTAVAIL: `TASKWIRE_HOST: ${host} is not an address of this machine`,
    ENOTFOUND: `TASKWIRE_HOST: ${host} is not an address of this machine`,
  };
  const sentence = problem[code ?? ''];
  return sentence === undefined ? error : new TaskwireError('setting_invalid', sentence, { cause: error });
}
