import { TaskwireError } from '@taskwire/protocol';
import type { FastifyRequest } from 'fastify';
import type { Access, AccessRequest, Identity } from './access.ts';
import { siteOf } from './cross-site.ts';
import { type Actor, isSafe, type RouteRole, suffices } from './role.ts';
import { createWindowCounter } from './window-counter.ts';

export interface AccessLimits {
  /** Of one actor from one address; 0: no limit. */
  readonly requestsPerMinute: number;
}

const MINUTE_MS = 60_000;
/** Wrong tokens from one address. Nobody mistypes so often, and nobody guesses 96 bits by so few. */
const WRONG_TOKENS_PER_MINUTE = 20;
/** Sign-ins from one address, right or wrong. */
const SIGN_INS_PER_MINUTE = 10;
/** Addresses that are remembered; an attacker with more of them still pays for each. */
const ADDRESSES_MAX = 10_000;

/** A request as far as it matters here, by whatever server it came. */
export type Visit = AccessRequest & Pick<FastifyRequest, 'method' | 'host' | 'ip'>;

/** Sets a header of the answer. */
export type SetHeader = (name: string, value: string | number) => void;

/** Decides who is answered, before anything of a body is read. */
export interface Doorkeeper<Request extends Visit> {
  /**
   * @returns who asks; null for nobody known, whom only public routes answer
   * @throws TaskwireError `unauthorized`, `forbidden`, `cross_site`, `host_unknown`, `too_many_requests`
   */
  admit(request: Request, needed: RouteRole, setHeader: SetHeader): Promise<Actor | null>;
  /** How often somebody may try to sign in. @throws TaskwireError `too_many_requests` */
  countSignIn(request: Pick<Visit, 'ip'>, setHeader: SetHeader): void;
}

export function createDoorkeeper<Request extends Visit>(
  access: Access<Request>,
  limits: AccessLimits,
): Doorkeeper<Request> {
  const counter = (max: number) => createWindowCounter({ max, windowMs: MINUTE_MS, keysMax: ADDRESSES_MAX });
  const wrongTokens = counter(WRONG_TOKENS_PER_MINUTE);
  const signIns = counter(SIGN_INS_PER_MINUTE);
  const requests = counter(limits.requestsPerMinute);
  // One that only goes forward: a clock that is set must not block anybody for long.
  const nowMs = (): number => performance.now();

  const refuseWhile = (blockedMs: number, setHeader: SetHeader, what: string): void => {
    if (blockedMs <= 0) return;
    const seconds = Math.ceil(blockedMs / 1_000);
    setHeader('retry-after', seconds);
    throw new TaskwireError('too_many_requests', `${what}; try again in ${seconds} s`);
  };
  const limit = (identity: Identity, request: Visit, setHeader: SetHeader): void => {
    if (!access.tokenRequired) return;
    const from = networkOf(request.ip);
    if (identity.actor === null) {
      if (!identity.wrong) return;
      refuseWhile(
        wrongTokens.count(from, nowMs()),
        setHeader,
        'Too many wrong tokens came from this address',
      );
      return;
    }
    if (identity.by === 'token') {
      // Also where it is right: otherwise the limit would not slow anybody down.
      refuseWhile(
        wrongTokens.blockedMs(from, nowMs()),
        setHeader,
        'Too many wrong tokens came from this address',
      );
    }
    if (limits.requestsPerMinute <= 0) return;
    const key = `${identity.actor.name} ${from}`;
    refuseWhile(requests.count(key, nowMs()), setHeader, 'Too many requests of one token from one address');
  };

  return {
    admit: async (request, needed, setHeader) => {
      const identity = await access.identify(request);
      limit(identity, request, setHeader);
      refuseOtherSites(request, identity);
      if (needed === 'public') return identity.actor;
      if (identity.actor === null) {
        if (identity.problem.code === 'unauthorized')
          setHeader('www-authenticate', 'Bearer realm="taskwire"');
        throw identity.problem;
      }
      if (!suffices(identity.actor.role, needed)) {
        throw new TaskwireError(
          'forbidden',
          `This needs an operator's token, and ${identity.actor.name} is a viewer`,
        );
      }
      return identity.actor;
    },
    countSignIn: ({ ip }, setHeader) => {
      if (!access.tokenRequired) return;
      refuseWhile(
        signIns.count(networkOf(ip), nowMs()),
        setHeader,
        'Too many sign-ins came from this address',
      );
    },
  };
}

/**
 * A page of another site can make a browser send requests, with the cookie or from the very machine; it cannot make it
 * send a bearer token.
 */
function refuseOtherSites(request: Visit, identity: Identity): void {
  if (isSafe(request.method)) return;
  const by = identity.actor === null ? null : identity.by;
  if (by === 'token') return;
  const site = siteOf(request.headers, request.host);
  if (site === 'other' || (site === 'unknown' && by === 'session')) {
    throw new TaskwireError(
      'cross_site',
      'This was asked for by a page of another site, or by a browser that does not say where it comes from; a program sends a bearer token instead of the cookie',
    );
  }
}

/** Who has one IPv6 address has 2^64 of them as a rule. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address.replace(/^::ffff:/i, '');
  const [head = ''] = address.split('%');
  const [before = '', after] = head.split('::');
  const groups = before === '' ? [] : before.split(':');
  const rest = after === undefined || after === '' ? [] : after.split(':');
  const missing = after === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array.from({ length: missing }, () => '0'), ...rest].slice(0, 4).join(':');
}
