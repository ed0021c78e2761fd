import { TaskwireError } from '@taskwire/protocol';
import type { FastifyRequest } from 'fastify';
import type { Access, Identity } from './access.ts';
import type { Actor } from './role.ts';

/** Who asks, as an application knows it; null where nobody does who may see anything here. */
export type WhoAsks<Request> = (request: Request) => Actor | null | Promise<Actor | null>;

/**
 * The access of an application that knows its users: it says who asks, and what that one may do here. Whom it does not
 * know may still bring a token, as Prometheus does.
 * @param tokens null where there are none
 */
export function createApplicationAccess(whoAsks: WhoAsks<FastifyRequest>, tokens: Access | null): Access {
  return {
    tokenRequired: true,
    identify: async (request) => {
      const actor = await whoAsks(request);
      if (actor === null) return tokens?.identify(request) ?? nobody();
      return { actor, by: isSentByProgram(request) ? 'token' : 'session' };
    },
    signIn: (token) => tokens?.signIn(token) ?? null,
  };
}

const nobody = (): Identity => ({
  actor: null,
  wrong: false,
  problem: new TaskwireError('unauthorized', 'The application around this does not let you in'),
});

/** Browsers send cookies and passwords by themselves, also for a page of another site; never a bearer token. */
const isSentByProgram = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /^Bearer /i.test(headers.authorization ?? '');
