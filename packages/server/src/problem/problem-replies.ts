import { type Logger, messageOf } from '@taskwire/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../http/mount.ts';
import { problemOf, RETRY_AFTER_S } from './problem.ts';

/** Answers with what was thrown, as a problem document. */
export function replyWithProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const problem = problemOf(thrown, pathOf(request));
  if (problem.status >= 500) {
    const about = { method: request.method, path: problem.instance, code: problem.code };
    logger.error({ ...about, problem: messageOf(thrown), err: thrown }, 'request failed');
  }
  if (problem.status === 503) reply.header('retry-after', RETRY_AFTER_S);
  // As bytes, since Fastify adds to texts a charset that this media type does not have.
  reply
    .code(problem.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
}

/** Every error of these routes becomes a problem document, those of Fastify as well. */
export function useProblemReplies(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => replyWithProblem(error, request, reply, logger));
}
