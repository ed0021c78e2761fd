import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Logger } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { newFastify } from '../http/new-fastify.ts';
import { refuseWrongProxies } from '../http/trusted-proxies.ts';

/**
 * What every framework on Node has underneath. Where there is a `next`, as in Express, what is not below the prefix
 * goes on to it.
 */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

export interface NodeHandlerOptions {
  /** Where it lives, if the framework does not take that off the address: `/taskwire`. Default: `''`. */
  readonly prefix: string;
  readonly logger: Logger;
  readonly trustedProxies: readonly string[];
  /** Adds the routes. */
  readonly routes: (app: FastifyInstance) => void;
}

export interface ClosableHandler {
  readonly handle: NodeHandler;
  /** Ends live updates and answers what is in hand; what comes later gets 503. */
  close(): Promise<void>;
}

/** Who reads an answer more slowly than this, or has not sent a whole request by then, is left without the rest. */
const LAST_ANSWERS_MS_MAX = 2_000;

/** Addresses as frameworks with mounts leave them: `url` is the rest, `originalUrl` the whole. */
type MountedRequest = IncomingMessage & { originalUrl?: string; readonly body?: unknown };

/** A Fastify that listens nowhere: requests are handed to it. */
export function createNodeHandler(options: NodeHandlerOptions): ClosableHandler {
  refuseWrongProxies(options.trustedProxies);
  const app = newFastify({ logger: options.logger, trustedProxies: options.trustedProxies });
  app.addHook('preParsing', async ({ raw }) => bodyThatWasRead(raw));
  options.routes(app);
  const ready = Promise.resolve(app.ready());
  // Whoever asks hears of it.
  ready.catch(() => {});

  // A Fastify that listens waits for its connections; these are another's.
  const unanswered = new Set<ServerResponse>();
  const close = async (): Promise<void> => {
    await app.close();
    const tooLate = AbortSignal.timeout(LAST_ANSWERS_MS_MAX);
    const answered = [...unanswered].map((response) => once(response, 'close', { signal: tooLate }));
    await Promise.allSettled(answered);
  };

  const handle: NodeHandler = (request, response, next) => {
    const whole = request.url ?? '/';
    const below = belowPrefix(whole, options.prefix);
    if (below === null) {
      if (next !== undefined) return next();
      response.writeHead(404).end();
      return;
    }
    const mounted: MountedRequest = request;
    mounted.originalUrl ??= whole;
    request.url = below;
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    ready.then(
      () => app.routing(request, response),
      (error: unknown) => {
        if (next !== undefined) return next(error);
        response.writeHead(500).end();
      },
    );
  };
  return { handle, close };
}

/** @returns the address from the prefix on; null where it is another's */
function belowPrefix(url: string, prefix: string): string | null {
  if (prefix === '') return url;
  if (!url.startsWith(prefix)) return null;
  const below = url.slice(prefix.length);
  if (below === '' || below.startsWith('?')) return `/${below}`;
  return below.startsWith('/') ? below : null;
}

/**
 * An application that parses bodies for all its routes has read ours before us; what it made of it is written again.
 * Mounted before such a parser nothing is read twice, and large numbers stay exact.
 */
function bodyThatWasRead(request: MountedRequest): Readable | undefined {
  if (!request.readableEnded || request.body === undefined) return undefined;
  const { body } = request;
  const bytes = Buffer.from(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  const length = Number(request.headers['content-length'] ?? bytes.length);
  return Object.assign(Readable.from([bytes]), { receivedEncodedLength: length });
}
