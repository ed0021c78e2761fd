import { shown, TaskwireError } from '@taskwire/protocol';
import type { FastifyRequest } from 'fastify';
import { type AccessToken, findToken } from './access-token.ts';
import { isLoopback } from './loopback.ts';
import type { Actor } from './role.ts';
import { openSession, sealSession, sessionIn } from './session-cookie.ts';

/** By what somebody was recognised. `openness`: nobody needs to be. */
export type Recognition = 'token' | 'session' | 'openness';

export type Identity =
  | { readonly actor: Actor; readonly by: Recognition }
  | {
      readonly actor: null;
      /** Why not, for routes that need somebody. */
      readonly problem: TaskwireError;
      /** Something was offered and it was wrong: it may have been a guess. */
      readonly wrong: boolean;
    };

/** What our own ways of recognising somebody look at. */
export type AccessRequest = Pick<FastifyRequest, 'headers' | 'hostname' | 'socket'>;

/** Who may do what. An application that knows its users already brings its own. */
export interface Access<Request = FastifyRequest> {
  /** Whether somebody who offers nothing is nobody. */
  readonly tokenRequired: boolean;
  identify(request: Request): Identity | Promise<Identity>;
  /** A session in exchange for a token; null where the token is wrong or there are no sessions. */
  signIn(token: string): Session | null;
}

export interface Session {
  readonly actor: Actor;
  readonly cookie: string;
  readonly maxAgeS: number;
}

export interface TokenAccessOptions {
  /** At least one. */
  readonly tokens: readonly AccessToken[];
  /** How long somebody stays signed in. */
  readonly sessionMs: number;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** Everybody needs a token: as bearer with each request, or once, for a session. */
export function createTokenAccess({ tokens, sessionMs, clock }: TokenAccessOptions): Access<AccessRequest> {
  const byToken = (text: string): Identity => {
    const token = findToken(tokens, text);
    return token === undefined ? refused('The token is not known here', true) : known(token, 'token');
  };
  const bySession = (value: string): Identity => {
    const token = openSession(value, tokens, clock());
    return token === undefined
      ? refused('The session is over; sign in again', false)
      : known(token, 'session');
  };
  return {
    tokenRequired: true,
    identify: ({ headers }) => {
      if (headers.authorization !== undefined) {
        const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization)?.[1];
        return bearer === undefined
          ? refused('Authorization: expected Bearer and a token', true)
          : byToken(bearer);
      }
      const session = sessionIn(headers.cookie);
      return session === undefined
        ? refused('This needs a token: Authorization: Bearer <token>, or sign in', false)
        : bySession(session);
    },
    signIn: (text) => {
      const token = findToken(tokens, text);
      if (token === undefined) return null;
      const maxAgeS = Math.floor(sessionMs / 1_000);
      return {
        actor: actorOf(token),
        cookie: sealSession(token, Math.floor(clock() / 1_000) + maxAgeS),
        maxAgeS,
      };
    },
  };
}

/**
 * Nobody needs a token: everybody at this machine is an operator, and nobody else is let in. A page of another site may
 * still try by the browser of somebody who sits here, under a name of its own that it lets point to us (DNS rebinding);
 * such a name is not one of ours.
 */
export function createOpenAccess(): Access<AccessRequest> {
  const everybody: Identity = { actor: { name: 'anybody', role: 'operator' }, by: 'openness' };
  return {
    tokenRequired: false,
    identify: (request) => {
      if (!isLoopback(request.hostname)) return unknownHost(request.hostname);
      return isFromHere(request) ? everybody : notFromHere();
    },
    signIn: () => null,
  };
}

const actorOf = ({ name, role }: Actor): Actor => ({ name, role });

const known = (token: AccessToken, by: Recognition): Identity => ({ actor: actorOf(token), by });

const refused = (why: string, wrong: boolean): Identity => ({
  actor: null,
  wrong,
  problem: new TaskwireError('unauthorized', why),
});

/** The name in a request is what its sender likes; where it comes from is not. */
const isFromHere = ({ socket, headers }: AccessRequest): boolean =>
  isLoopback(socket.remoteAddress ?? '') && FORWARDED.every((name) => headers[name] === undefined);

/** What a proxy adds: it may be on this machine, and who asks is not. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const;

const notFromHere = (): Identity => ({
  actor: null,
  wrong: false,
  problem: new TaskwireError(
    'unauthorized',
    'Without tokens this answers to this machine only, and not through a proxy; set TASKWIRE_OPERATOR_TOKENS',
  ),
});

const unknownHost = (hostname: string): Identity => ({
  actor: null,
  wrong: false,
  problem: new TaskwireError(
    'host_unknown',
    `Without tokens this answers to 127.0.0.1, ::1 and localhost only, not to ${shown(hostname)}; set TASKWIRE_OPERATOR_TOKENS`,
  ),
});
