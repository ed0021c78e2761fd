/** A viewer reads everything; an operator also submits, cancels, replays, discards and ingests. */
export type Role = 'viewer' | 'operator';

/** What a route demands; `public` ones answer anybody. */
export type RouteRole = Role | 'public';

/** Who asks, as far as it is known here. */
export interface Actor {
  /** For the audit log: the name that was given with the token, or one made of the token's fingerprint. */
  readonly name: string;
  readonly role: Role;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Unset: GET and HEAD need a viewer, everything else an operator. */
    readonly role?: RouteRole;
  }
  interface FastifyRequest {
    /** Null where nobody known asks, which only public routes answer. */
    actor: Actor | null;
  }
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request of this method changes nothing. */
export const isSafe = (method: string): boolean => SAFE_METHODS.has(method);

export const roleNeeded = (method: string, configured: RouteRole | undefined): RouteRole =>
  configured ?? (isSafe(method) ? 'viewer' : 'operator');

export const suffices = (role: Role, needed: Role): boolean => role === 'operator' || needed === 'viewer';
