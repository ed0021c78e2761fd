/** The headers by which a browser says where a request comes from. */
export interface RequestOrigin {
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly origin?: string | undefined;
}

/**
 * Where a request was made: `same` site, `other`, or `unknown`, as with every client that is no browser.
 * Sec-Fetch-Site cannot be set by a page; browsers leave it out where the address is neither https nor loopback, and
 * send Origin with everything but GET and HEAD.
 * @param host that was asked for, with port where it is not the usual one
 */
export function siteOf(headers: RequestOrigin, host: string): 'same' | 'other' | 'unknown' {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'same' : 'other';
  if (headers.origin === undefined) return 'unknown';
  return URL.parse(headers.origin)?.host === host.toLowerCase() ? 'same' : 'other';
}
