import { DER_TAG, type DerValue, readDer, readObjectIdentifier } from './der.ts';

/** What node:crypto does not tell of a certificate. */
export interface CertificateFields {
  readonly signatureAlgorithm: string;
  /** `md5`, `sha1`, `sha256` …; undefined where the algorithm is unknown or has none. */
  readonly signatureHash: string | undefined;
  /** Undefined where the extension is absent, which allows every use. */
  readonly keyUsage: readonly string[] | undefined;
  /** By its basic constraints; OpenSSL's own answer also looks at the key usage, which is judged apart. */
  readonly isCa: boolean;
  /** How many further CA certificates may follow below; undefined: any number. */
  readonly pathLength: number | undefined;
  /** Critical extensions that the checks here do not look at. */
  readonly uncheckedCriticalExtensions: readonly string[];
}

const SIGNATURE_ALGORITHMS: Readonly<Record<string, readonly [name: string, hash?: string]>> = {
  '1.2.840.113549.1.1.2': ['RSA with MD2', 'md2'],
  '1.2.840.113549.1.1.4': ['RSA with MD5', 'md5'],
  '1.2.840.113549.1.1.5': ['RSA with SHA-1', 'sha1'],
  '1.2.840.113549.1.1.11': ['RSA with SHA-256', 'sha256'],
  '1.2.840.113549.1.1.12': ['RSA with SHA-384', 'sha384'],
  '1.2.840.113549.1.1.13': ['RSA with SHA-512', 'sha512'],
  '1.2.840.10040.4.3': ['DSA with SHA-1', 'sha1'],
  '2.16.840.1.101.3.4.3.2': ['DSA with SHA-256', 'sha256'],
  '1.2.840.10045.4.1': ['ECDSA with SHA-1', 'sha1'],
  '1.2.840.10045.4.3.2': ['ECDSA with SHA-256', 'sha256'],
  '1.2.840.10045.4.3.3': ['ECDSA with SHA-384', 'sha384'],
  '1.2.840.10045.4.3.4': ['ECDSA with SHA-512', 'sha512'],
  '1.3.101.112': ['Ed25519'],
  '1.3.101.113': ['Ed448'],
  '1.2.156.10197.1.501': ['SM2 with SM3', 'sm3'],
};

const RSA_PSS = '1.2.840.113549.1.1.10';
const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Bit 0 is the first bit of the first byte (RFC 5280, 4.2.1.3). */
const KEY_USAGE_BITS = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
const CHECKED_ELSEWHERE = ['2.5.29.17', '2.5.29.37'];
const EXTENSIONS_TAG = 0xa3;

/** @throws RangeError or TypeError for bytes that are not a certificate */
export function readCertificateFields(raw: Uint8Array): CertificateFields {
  const [certificate] = readDer(raw);
  const [tbs, algorithm] = children(certificate);
  const parts = children(tbs);
  const extensions = children(children(parts.find(({ tag }) => tag === EXTENSIONS_TAG))[0]).map(
    readExtension,
  );
  const keyUsage = extensions.find(({ id }) => id === KEY_USAGE);
  const constraints = extensions.find(({ id }) => id === BASIC_CONSTRAINTS);
  const known = [KEY_USAGE, BASIC_CONSTRAINTS, ...CHECKED_ELSEWHERE];
  return {
    ...readSignatureAlgorithm(algorithm),
    keyUsage: keyUsage === undefined ? undefined : readKeyUsage(keyUsage.value),
    ...readBasicConstraints(constraints?.value ?? new Uint8Array()),
    uncheckedCriticalExtensions: extensions
      .filter(({ id, critical }) => critical && !known.includes(id))
      .map(({ id }) => id),
  };
}

const children = (value: DerValue | undefined): readonly DerValue[] =>
  value === undefined ? [] : readDer(value.content);

function readExtension(extension: DerValue) {
  const parts = children(extension);
  const id = parts[0]?.tag === DER_TAG.objectIdentifier ? readObjectIdentifier(parts[0].content) : '';
  const critical = parts.some(({ tag, content }) => tag === DER_TAG.boolean && content[0] !== 0);
  const value = parts.find(({ tag }) => tag === DER_TAG.octetString)?.content ?? new Uint8Array();
  return { id, critical, value };
}

function readSignatureAlgorithm(algorithm: DerValue | undefined) {
  const [identifier, parameters] = children(algorithm);
  const id = identifier === undefined ? '' : readObjectIdentifier(identifier.content);
  if (id === RSA_PSS) {
    // RSASSA-PSS-params: [0] is the hash; absent, it is SHA-1 (RFC 4055, section 3.1).
    const tagged = children(parameters).find(({ tag }) => tag === 0xa0);
    const [hashId] = children(children(tagged)[0]);
    const hash = hashId === undefined ? 'sha1' : HASHES[readObjectIdentifier(hashId.content)];
    return { signatureAlgorithm: `RSA-PSS with ${hash ?? 'an unknown hash'}`, signatureHash: hash };
  }
  const [name, hash] = SIGNATURE_ALGORITHMS[id] ?? [id];
  return { signatureAlgorithm: name, signatureHash: hash };
}

function readKeyUsage(value: Uint8Array): readonly string[] {
  const [bits] = readDer(value);
  const bytes = bits?.tag === DER_TAG.bitString ? bits.content.subarray(1) : new Uint8Array();
  return KEY_USAGE_BITS.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function readBasicConstraints(value: Uint8Array) {
  const parts = children(readDer(value)[0]);
  const length = parts.find(({ tag }) => tag === DER_TAG.integer)?.content;
  return {
    isCa: parts.some(({ tag, content }) => tag === DER_TAG.boolean && content[0] !== 0),
    pathLength: length?.reduce((sum, byte) => sum * 256 + byte, 0),
  };
}
