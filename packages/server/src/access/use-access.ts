import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import { type AccessLimits, createDoorkeeper } from './doorkeeper.ts';
import { roleNeeded } from './role.ts';

/** How often somebody may try to sign in. */
export interface SignInLimit {
  /** @throws TaskwireError `too_many_requests` */
  countSignIn(request: FastifyRequest, reply: FastifyReply): void;
}

/**
 * Decides for every route added to `app` afterwards who is answered: by the route's `config.role`, and without it by its
 * method. Before anything of a body is read.
 */
export function useAccess(app: FastifyInstance, access: Access, limits: AccessLimits): SignInLimit {
  const doorkeeper = createDoorkeeper(access, limits);
  const headersOf = (reply: FastifyReply) => (name: string, value: string | number) =>
    void reply.header(name, value);
  app.decorateRequest('actor', null);
  app.addHook('onRequest', async (request, reply) => {
    const needed = roleNeeded(request.method, request.routeOptions.config.role);
    request.actor = await doorkeeper.admit(request, needed, headersOf(reply));
  });
  return { countSignIn: (request, reply) => doorkeeper.countSignIn(request, headersOf(reply)) };
}
