import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccessToken } from './access-token.ts';

/**
 * A session is a cookie and nothing else: `<token id>.<end, s since 1970>.<HMAC of both>`. The key comes from the token
 * that it was given out for, so that every replica can check it, none has to remember it, and taking a token away ends
 * its sessions.
 */
export const SESSION_COOKIE = 'taskwire_session';

export function sealSession(token: AccessToken, endsAtS: number): string {
  const content = `${token.id}.${endsAtS}`;
  return `${content}.${sealOf(token, content).toString('base64url')}`;
}

/** The token that a session was given out for; undefined where it is none of ours, has been altered, or is over. */
export function openSession(
  value: string,
  tokens: readonly AccessToken[],
  nowMs: number,
): AccessToken | undefined {
  const parts = /^([\w-]{12})\.(\d{1,12})\.([\w-]{43})$/.exec(value);
  if (parts === null) return undefined;
  const [, id, endsAtS, seal = ''] = parts;
  const token = tokens.find((candidate) => candidate.id === id);
  if (token === undefined || Number(endsAtS) * 1_000 <= nowMs) return undefined;
  const right = timingSafeEqual(sealOf(token, `${id}.${endsAtS}`), Buffer.from(seal, 'base64url'));
  return right ? token : undefined;
}

/** The value of our cookie in a Cookie header. */
export function sessionIn(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === SESSION_COOKIE)
      return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/**
 * A Set-Cookie header. Scripts cannot read it, other sites cannot send it, and where the browser came over TLS it never
 * goes without.
 * @param maxAgeS 0 ends the session of this browser
 */
export const setCookie = (value: string, maxAgeS: number, overTls: boolean): string =>
  `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${overTls ? '; Secure' : ''}`;

const sealOf = (token: AccessToken, content: string): Buffer =>
  createHmac('sha256', token.sessionKey).update(content).digest();
