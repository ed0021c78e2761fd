import { isIP } from 'node:net';
import type { Certificate } from './certificate.ts';
import { extendedKeyUsage } from './describe-certificate.ts';
import { error, type Finding, warning } from './finding.ts';

export type Purpose = 'server' | 'client' | 'any';

export interface CertificateCheckOptions {
  readonly nowMs: number;
  readonly expiringDays: number;
  /** The name or address that a client would ask for; undefined: names are not compared. */
  readonly hostname: string | undefined;
  readonly purpose: Purpose;
}

const DAY_MS = 86_400_000;
const RSA_BITS_MIN = 2_048;
/** Curves of at least 128 bits of security (NIST SP 800-57 part 1, table 2); all others are weak or unknown. */
const STRONG_CURVES: ReadonlySet<string> = new Set([
  'prime256v1',
  'secp256k1',
  'secp384r1',
  'secp521r1',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
  'SM2',
]);
const STRONG_KEY_TYPES: ReadonlySet<string> = new Set([
  'ed25519',
  'ed448',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
]);
const BROKEN_HASHES: ReadonlySet<string> = new Set(['md2', 'md5', 'sha1']);
const PURPOSE_USAGE = { server: 'serverAuth', client: 'clientAuth' } as const;

/** All that one certificate tells by itself, as the leaf of its chain. */
export function checkLeaf(certificate: Certificate, options: CertificateCheckOptions): readonly Finding[] {
  return [
    ...checkDates(certificate, options),
    ...checkAlgorithms(certificate),
    ...checkNames(certificate, options.hostname),
    ...checkPurpose(certificate, options.purpose),
    ...certificate.fields.uncheckedCriticalExtensions.map((id) =>
      warning('unchecked_critical_extension', `critical extension ${id} is not understood here`),
    ),
  ];
}

/** Signature and key. The signature of a self-signed certificate is not relied on by anyone, so its hash does not matter. */
export function checkAlgorithms({ fields, publicKey, selfSigned }: Certificate): readonly Finding[] {
  const findings: Finding[] = [];
  const { signatureHash } = fields;
  if (signatureHash !== undefined && BROKEN_HASHES.has(signatureHash)) {
    const text = `signed by ${fields.signatureAlgorithm}, whose collisions are practical`;
    findings.push(selfSigned ? warning('weak_signature', text) : error('weak_signature', text));
  }
  const type = publicKey?.asymmetricKeyType ?? 'unknown';
  const { modulusLength, namedCurve } = publicKey?.asymmetricKeyDetails ?? {};
  if (type.startsWith('rsa') || type === 'dsa') {
    if (modulusLength === undefined || modulusLength < RSA_BITS_MIN || type === 'dsa') {
      const expected = `expected RSA of at least ${RSA_BITS_MIN} bits`;
      findings.push(
        error('weak_key', `the key is ${type.toUpperCase()} of ${modulusLength ?? '?'} bits; ${expected}`),
      );
    }
  } else if (type === 'ec') {
    if (namedCurve === undefined || !STRONG_CURVES.has(namedCurve)) {
      findings.push(
        error('weak_key', `the curve ${namedCurve ?? '(unnamed)'} gives less than 128 bits of security`),
      );
    }
  } else if (!STRONG_KEY_TYPES.has(type)) {
    findings.push(warning('weak_key', `the strength of a key of type ${type} is not known here`));
  }
  return findings;
}

function checkDates({ x509 }: Certificate, options: CertificateCheckOptions): readonly Finding[] {
  const from = x509.validFromDate.getTime();
  const to = x509.validToDate.getTime();
  const days = (ms: number) => Math.floor(ms / DAY_MS);
  if (!(from <= to)) return [error('expired', 'its dates leave no time at which it is valid')];
  if (options.nowMs > to) {
    return [error('expired', `expired ${days(options.nowMs - to)} days ago, at ${x509.validTo}`)];
  }
  if (options.nowMs < from) {
    return [
      error('not_yet_valid', `becomes valid in ${days(from - options.nowMs)} days, at ${x509.validFrom}`),
    ];
  }
  return to - options.nowMs < options.expiringDays * DAY_MS
    ? [warning('expiring_soon', `expires in ${days(to - options.nowMs)} days, at ${x509.validTo}`)]
    : [];
}

/** As browsers do: the common name does not count, a wildcard stands for one whole label. */
function checkNames({ x509 }: Certificate, hostname: string | undefined): readonly Finding[] {
  if (hostname === undefined) return [];
  const bare = /^\[(.+)\]$/.exec(hostname)?.[1] ?? hostname;
  const matches =
    isIP(bare) === 0
      ? x509.checkHost(bare.replace(/\.$/, ''), { subject: 'never', partialWildcards: false })
      : x509.checkIP(bare);
  if (matches !== undefined) return [];
  return (x509.subjectAltName ?? '') === ''
    ? [error('names_missing', 'it has no subject alternative names, so it matches no host')]
    : [error('hostname_mismatch', `none of its names matches ${bare.slice(0, 255)}`)];
}

function checkPurpose(certificate: Certificate, purpose: Purpose): readonly Finding[] {
  if (purpose === 'any') return [];
  const findings: Finding[] = [];
  const wanted = PURPOSE_USAGE[purpose];
  const extended = extendedKeyUsage(certificate);
  if (extended !== undefined && !extended.includes(wanted) && !extended.includes('any')) {
    findings.push(
      error(
        'purpose_not_allowed',
        `extended key usage lacks ${wanted}, it has: ${extended.slice(0, 10).join(', ')}`,
      ),
    );
  }
  const { keyUsage } = certificate.fields;
  const suitable = ['digitalSignature', 'keyEncipherment', 'keyAgreement'];
  if (keyUsage !== undefined && !suitable.some((usage) => keyUsage.includes(usage))) {
    findings.push(
      error('key_usage_unsuitable', `key usage allows no TLS: ${keyUsage.join(', ') || 'nothing'}`),
    );
  }
  if (certificate.fields.isCa) {
    findings.push(warning('ca_as_leaf', 'it is a CA certificate, used as the certificate of an end'));
  }
  return findings;
}
