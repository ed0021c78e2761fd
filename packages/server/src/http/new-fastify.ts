import type { Server } from 'node:http';
import { type Logger, TaskwireError } from '@taskwire/protocol';
import { type FastifyHttpOptions, type FastifyInstance, fastify } from 'fastify';
import { replyWithProblem, useProblemReplies } from '../problem/problem-replies.ts';
import { pathOf } from './mount.ts';
import { addSecurityHeaders } from './security-headers.ts';

/** A request with everything in it; parameters of a task above that belong into a file or a database. */
const BODY_BYTES_MAX = 1_048_576;
/** An id of 255 characters, each percent-encoded from four bytes. */
const PATH_PARAMETER_LENGTH_MAX = 255 * 12;

export interface NewFastifyOptions {
  readonly logger: Logger;
  readonly trustedProxies: readonly string[];
  readonly server?: FastifyHttpOptions<Server>;
}

/** A Fastify of our own: with our limits, and with an error document also where there is no route. */
export function newFastify(options: NewFastifyOptions): FastifyInstance {
  const { logger, trustedProxies, server = {} } = options;
  const app: FastifyInstance = fastify({
    ...server,
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: PATH_PARAMETER_LENGTH_MAX },
    frameworkErrors: (error, request, reply) => replyWithProblem(error, request, reply, logger),
  });
  useProblemReplies(app, logger);
  addSecurityHeaders(app);
  app.setNotFoundHandler((request) => {
    throw new TaskwireError('not_found', `There is no ${request.method} ${pathOf(request)} here`);
  });
  app.addHook('onResponse', async (request, reply) => {
    const about = { method: request.method, path: pathOf(request), status: reply.statusCode };
    logger.debug({ ...about, ms: Math.round(reply.elapsedTime * 10) / 10 }, 'answered');
  });
  return app;
}
