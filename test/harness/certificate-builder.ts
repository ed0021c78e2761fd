import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** Certificates made for tests, also such as no sane authority would issue. OpenSSL reads them back in every test. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Absent: signed by itself. */
  readonly issuer?: IssuedCertificate;
  readonly keys?: KeyPair;
  readonly names?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Bits by number, RFC 5280 4.2.1.3: 0 digitalSignature, 2 keyEncipherment, 5 keyCertSign, 6 cRLSign. */
  readonly keyUsageBits?: readonly number[];
  /** Object identifiers; serverAuth is 1.3.6.1.5.5.7.3.1. */
  readonly extendedKeyUsage?: readonly string[];
  readonly hash?: 'md5' | 'sha1' | 'sha256';
  readonly criticalExtensions?: readonly string[];
}

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface IssuedCertificate {
  readonly commonName: string;
  readonly keys: KeyPair;
  readonly pem: string;
  readonly keyPem: string;
}

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const DAY_MS = 86_400_000;

export const ecKeys = (namedCurve = 'prime256v1'): KeyPair => generateKeyPairSync('ec', { namedCurve });
export const rsaKeys = (modulusLength: number): KeyPair => generateKeyPairSync('rsa', { modulusLength });

export function issueCertificate(request: CertificateRequest): IssuedCertificate {
  const keys = request.keys ?? ecKeys();
  const signer = request.issuer?.keys ?? keys;
  const algorithm = signatureAlgorithm(signer, request.hash ?? 'sha256');
  const tbs = sequence(
    tlv(0xa0, integer(2)),
    tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    name(request.issuer?.commonName ?? request.commonName),
    sequence(
      time(request.notBefore ?? new Date(Date.now() - DAY_MS)),
      time(request.notAfter ?? new Date(Date.now() + 365 * DAY_MS)),
    ),
    name(request.commonName),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions(request))),
  );
  const signature = sign(
    signer.privateKey.asymmetricKeyType === 'ed25519' ? null : (request.hash ?? 'sha256'),
    tbs,
    signer.privateKey,
  );
  const der = sequence(tbs, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return {
    commonName: request.commonName,
    keys,
    pem: `-----BEGIN CERTIFICATE-----\n${der
      .toString('base64')
      .match(/.{1,64}/g)
      ?.join('\n')}\n-----END CERTIFICATE-----\n`,
    keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A root, an intermediate and a leaf for the names, all in order. */
export function issueChain(names: readonly string[], leaf: Partial<CertificateRequest> = {}) {
  const root = issueCertificate({ commonName: 'Test Root', ca: true, keyUsageBits: [5, 6] });
  const intermediate = issueCertificate({
    commonName: 'Test Intermediate',
    issuer: root,
    ca: true,
    pathLength: 0,
    keyUsageBits: [5, 6],
  });
  const end = issueCertificate({
    commonName: names[0] ?? 'leaf',
    issuer: intermediate,
    names,
    keyUsageBits: [0],
    extendedKeyUsage: [SERVER_AUTH],
    ...leaf,
  });
  return { root, intermediate, leaf: end, pem: end.pem + intermediate.pem };
}

function extensions(request: CertificateRequest): readonly Buffer[] {
  const list: Buffer[] = [];
  if (request.ca !== undefined) {
    const parts = request.ca ? [tlv(0x01, Buffer.from([0xff]))] : [];
    if (request.pathLength !== undefined) parts.push(integer(request.pathLength));
    list.push(extension('2.5.29.19', true, sequence(...parts)));
  }
  if (request.keyUsageBits !== undefined) {
    const bits = Buffer.alloc(2);
    for (const bit of request.keyUsageBits) bits[bit >> 3]! |= 0x80 >> (bit & 7);
    list.push(extension('2.5.29.15', true, tlv(0x03, Buffer.concat([Buffer.from([0]), bits]))));
  }
  if (request.extendedKeyUsage !== undefined) {
    list.push(extension('2.5.29.37', false, sequence(...request.extendedKeyUsage.map(objectIdentifier))));
  }
  if (request.names !== undefined) {
    const names = request.names.map((text) =>
      isIP(text) === 4 ? tlv(0x87, Buffer.from(text.split('.').map(Number))) : tlv(0x82, Buffer.from(text)),
    );
    list.push(extension('2.5.29.17', false, sequence(...names)));
  }
  for (const id of request.criticalExtensions ?? []) list.push(extension(id, true, sequence()));
  // An empty list of extensions is not allowed; this one says nothing.
  return list.length > 0 ? list : [extension('1.3.6.1.4.1.99999.1', false, sequence())];
}

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(objectIdentifier(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));

function signatureAlgorithm({ privateKey }: KeyPair, hash: 'md5' | 'sha1' | 'sha256'): Buffer {
  const type = privateKey.asymmetricKeyType;
  if (type === 'ed25519') return sequence(objectIdentifier('1.3.101.112'));
  if (type === 'ec') {
    const ids = { md5: '', sha1: '1.2.840.10045.4.1', sha256: '1.2.840.10045.4.3.2' };
    return sequence(objectIdentifier(ids[hash]));
  }
  const ids = { md5: '1.2.840.113549.1.1.4', sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11' };
  return sequence(objectIdentifier(ids[hash]), tlv(0x05, Buffer.alloc(0)));
}

const name = (commonName: string): Buffer =>
  sequence(tlv(0x31, sequence(objectIdentifier('2.5.4.3'), tlv(0x0c, Buffer.from(commonName)))));

/** GeneralizedTime, which OpenSSL reads for every year. */
const time = (date: Date): Buffer =>
  tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

const integer = (value: number): Buffer => tlv(0x02, Buffer.from([value]));
const sequence = (...parts: readonly Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts));

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : length < 0x10000
          ? [0x82, length >> 8, length & 0xff]
          : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((value) => {
    const groups = [value & 0x7f];
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left & 0x7f) | 0x80);
    }
    return groups;
  });
  return tlv(0x06, Buffer.from(bytes));
}
