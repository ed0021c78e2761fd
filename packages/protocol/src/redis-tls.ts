import { messageOf, TaskwireError } from './error.ts';

/** Where Redis is, and whose word its certificate needs. */
export interface RedisAddress {
  readonly url: string;
  /** A file of certificates (PEM) that count instead of those that Node brings along. */
  readonly caFile: string | undefined;
}

/**
 * What a client has to be told besides the URL; undefined where that says all. Certificates and host names are always
 * checked: there is no way to switch that off here.
 * @throws TaskwireError `setting_invalid` where the file cannot be read or would do nothing
 */
export function redisTls(
  { url, caFile }: RedisAddress,
  readFile: (path: string) => string,
): { readonly ca: string } | undefined {
  if (caFile === undefined) return undefined;
  if (!url.startsWith('rediss://'))
    throw invalid('only with REDIS_URL=rediss://…, which encrypts, got another');
  let ca: string;
  try {
    ca = readFile(caFile);
  } catch (cause) {
    throw invalid(`the file cannot be read: ${messageOf(cause)}`, { cause });
  }
  if (ca.includes('-----BEGIN CERTIFICATE-----')) return { ca };
  throw invalid('expected a file of certificates in PEM, got something else');
}

const invalid = (words: string, options?: ErrorOptions): TaskwireError =>
  new TaskwireError('setting_invalid', `TASKWIRE_REDIS_CA_FILE: ${words}`, options);

/** Codes of Node for a chain that leads to nobody who is trusted. */
const NOBODY_TRUSTED: ReadonlySet<string> = new Set([
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why no connection came about, with what to do about it where TLS is the reason. */
export function redisConnectProblem(error: unknown): string {
  // An error of several attempts (IPv6 and IPv4) has its words in its parts.
  if (error instanceof AggregateError) return error.errors.map(redisConnectProblem).join('; ');
  const message = messageOf(error);
  const code = String((error as { readonly code?: unknown } | null)?.code);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of Redis is for another host than REDIS_URL names: ${message}`;
  if (NOBODY_TRUSTED.has(code))
    return `nobody who is trusted vouches for the certificate of Redis: ${message}; TASKWIRE_REDIS_CA_FILE names whom to trust`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `the certificate of Redis is not valid now: ${message}`;
  return message;
}
