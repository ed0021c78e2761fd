import type { AuditRepository } from '@taskwire/listener';
import { type Logger, messageOf, TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/access.ts';
import type { Actor } from '../access/role.ts';
import { setCookie } from '../access/session-cookie.ts';
import type { SignInLimit } from '../access/use-access.ts';
import { auditSource } from '../audit/audit-source.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { NewSessionSchema, SessionSchema } from '../schemas/session-schemas.ts';

export interface SessionRouteOptions {
  readonly access: Access;
  readonly signInLimit: SignInLimit;
  readonly audit: Pick<AuditRepository, 'write'>;
  readonly logger: Logger;
}

const SIGN_IN = { action: 'sign_in', target: null, task_request_id: null, detail: {} } as const;

/** Signing in and out, for browsers: they cannot send a bearer token with an EventSource or a page. */
export function addSessionRoutes(plain: FastifyInstance, options: SessionRouteOptions): void {
  const { access, signInLimit, audit, logger } = options;
  const app = plain.withTypeProvider<TypeboxProvider>();
  const url = '/api/v1/session';
  const shownAs = (actor: Actor | null) => ({
    role: actor?.role ?? null,
    token_required: access.tokenRequired,
  });

  app.route({
    method: 'GET',
    url,
    config: { role: 'public' },
    schema: {
      operationId: 'getSession',
      summary: 'Who you are here',
      description: 'By the bearer token, or by the session; always 200.',
      tags: ['session'],
      response: { 200: SessionSchema },
    },
    handler: async ({ actor }) => shownAs(actor),
  });

  app.route({
    method: 'POST',
    url,
    config: { role: 'public', problems: ['unauthorized'] },
    schema: {
      operationId: 'signIn',
      summary: 'Sign in with a token',
      description: 'Sets a session cookie. Programs send the token itself, as `Authorization: Bearer`.',
      tags: ['session'],
      body: NewSessionSchema,
      response: { 200: SessionSchema },
      answers: { 200: { headers: { 'Set-Cookie': 'The session; absent where nobody needs one.' } } },
    },
    handler: async (request, reply) => {
      if (!access.tokenRequired) return shownAs(request.actor);
      signInLimit.countSignIn(request, reply);
      const session = access.signIn(request.body.token);
      if (session === null) {
        logger.warn({ remote_address: request.ip }, 'sign-in with a wrong token');
        throw new TaskwireError('unauthorized', 'token: not known here');
      }
      const by = auditSource({ actor: session.actor, ip: request.ip });
      // A database that is away must not keep somebody out who wants to see what is the matter.
      await audit.write(by, SIGN_IN).catch((error: unknown) => {
        logger.warn({ ...by, problem: messageOf(error) }, 'a sign-in is missing in the audit log');
      });
      reply.header('set-cookie', setCookie(session.cookie, session.maxAgeS, request.protocol === 'https'));
      return shownAs(session.actor);
    },
  });

  app.route({
    method: 'DELETE',
    url,
    config: { role: 'public' },
    schema: {
      operationId: 'signOut',
      summary: 'Sign out',
      description: 'Takes the cookie from this browser; whoever has copied it keeps it until its end.',
      tags: ['session'],
      response: { 204: { type: 'null', description: 'The cookie is taken from this browser.' } },
    },
    handler: async (request, reply) =>
      reply
        .code(204)
        .header('set-cookie', setCookie('', 0, request.protocol === 'https'))
        .send(),
  });
}
