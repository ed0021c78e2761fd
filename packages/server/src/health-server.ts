import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createService, type Logger, messageOf, TaskwireError } from '@taskwire/protocol';
import type { Access, AccessRequest } from './access/access.ts';
import { createDoorkeeper, type Visit } from './access/doorkeeper.ts';
import type { Actor, RouteRole } from './access/role.ts';
import { type HealthSources, METRICS_TYPE, metricsText, readinessFor } from './health/health-answers.ts';
import { clientAddressBehind } from './http/client-address.ts';
import {
  HEADER_BYTES_MAX,
  listenProblem,
  PATIENCE,
  refuseUnreadable,
  urlOf,
  watchUnused,
} from './http/listening.ts';
import { API_HEADERS } from './http/security-headers.ts';
import { refuseWrongProxies } from './http/trusted-proxies.ts';
import { problemOf, RETRY_AFTER_S } from './problem/problem.ts';
import type { WebServer } from './web-server.ts';

export interface HealthServerOptions extends HealthSources {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
  /** As of the web server. */
  readonly trustedProxies?: readonly string[];
  readonly access: Access<AccessRequest>;
  /** Of one actor from one address, where a token is needed; 0: no limit. */
  readonly requestsPerMinute: number;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

interface Route {
  readonly role: RouteRole;
  readonly answer: (actor: Actor | null) => Answer | Promise<Answer>;
}

/**
 * Health and metrics of a listener that runs by itself, over plain `node:http`: three addresses that take no input need
 * no framework, which would be 130 files, 3 MiB and a sixth of the time of its start. The answers, the limits and who is
 * let in are those of the web process.
 */
export function createHealthServer(options: HealthServerOptions): WebServer {
  const { host, port, logger, trustedProxies = [] } = options;
  refuseWrongProxies(trustedProxies);
  const doorkeeper = createDoorkeeper<Visit>(options.access, options);
  const clientAddress = clientAddressBehind(trustedProxies);
  const routes = routesOf(options);
  let server: Server | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = performance.now();
    const path = request.url?.split('?', 1)[0] ?? '/';
    const { status, type, body } = await answerOf(request, response, path);
    for (const [name, value] of Object.entries(API_HEADERS)) response.setHeader(name, value);
    // One that stays open would keep a server that stops; and nobody here reads a body to its end.
    const isKept = server?.listening === true && isRead(request.method);
    if (!isKept) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(body);
    const ms = Math.round((performance.now() - begun) * 10) / 10;
    logger.debug({ method: request.method, path, status, ms }, 'answered');
  }

  async function answerOf(request: IncomingMessage, response: ServerResponse, path: string): Promise<Answer> {
    try {
      const { method = 'GET' } = request;
      const route = isRead(method) ? routes.get(path) : undefined;
      if (route === undefined) throw new TaskwireError('not_found', `There is no ${method} ${path} here`);
      const setHeader = (name: string, value: string | number) => void response.setHeader(name, value);
      return await route.answer(await doorkeeper.admit(visitOf(request, method), route.role, setHeader));
    } catch (thrown) {
      const problem = problemOf(thrown, path);
      if (problem.status >= 500) {
        logger.error({ path, problem: messageOf(thrown), err: thrown }, 'request failed');
      }
      if (problem.status === 503) response.setHeader('retry-after', RETRY_AFTER_S);
      return { status: problem.status, type: 'application/problem+json', body: JSON.stringify(problem) };
    }
  }

  function visitOf({ headers, socket }: IncomingMessage, method: string): Visit {
    const asked = headers.host ?? '';
    const forwardedFor = headers['x-forwarded-for'];
    const ip = clientAddress(socket.remoteAddress ?? '', [forwardedFor].flat().join(','));
    return { headers, socket, method, ip, host: asked, hostname: asked.replace(/:\d*$/, '') };
  }

  const build = (): Server => {
    // Asked for here: an import of this module loads its WebSocket and fetch as well, 12 MiB.
    const { createServer } = process.getBuiltinModule('node:http');
    const built = createServer(
      {
        requestTimeout: PATIENCE.requestMs,
        headersTimeout: PATIENCE.headersMs,
        keepAliveTimeout: PATIENCE.keepAliveMs,
        connectionsCheckingInterval: PATIENCE.checkEveryMs,
        maxHeaderSize: HEADER_BYTES_MAX,
      },
      (request, response) => void answer(request, response),
    );
    built.setTimeout(PATIENCE.silenceMs);
    return built.on('clientError', refuseUnreadable);
  };

  let closeUnused = (): void => {};
  const lifecycle = createService({
    onStart: async () => {
      const built = build();
      closeUnused = watchUnused(built);
      await new Promise<void>((resolve, reject) => {
        built.once('error', (error) => reject(listenProblem(error, host, port)));
        built.listen({ host, port }, resolve);
      });
      server = built;
    },
    onStop: async () => {
      const stopping = server;
      if (stopping === undefined) return;
      const closed = new Promise((resolve) => stopping.close(resolve));
      closeUnused();
      stopping.closeIdleConnections();
      await closed;
      server = undefined;
    },
  });
  return { ...lifecycle, url: () => urlOf(server) };
}

const isRead = (method: string | undefined): boolean => method === 'GET' || method === 'HEAD';

const json = (status: number, body: unknown): Answer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});

function routesOf(sources: HealthSources): ReadonlyMap<string, Route> {
  const live: Route = { role: 'public', answer: () => json(200, { alive: true }) };
  const ready: Route = {
    role: 'public',
    answer: async (actor) => {
      const readiness = await readinessFor(actor, sources);
      return json(readiness.ready ? 200 : 503, readiness);
    },
  };
  const metrics: Route = {
    role: sources.metricsOpen ? 'public' : 'viewer',
    answer: async () => ({ status: 200, type: METRICS_TYPE, body: await metricsText(sources) }),
  };
  return new Map([
    ['/health/live', live],
    ['/health/ready', ready],
    ['/metrics', metrics],
  ]);
}
