import { type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf } from '@taskwire/protocol';
import { type CertificateFields, readCertificateFields } from './certificate-fields.ts';
import { error, type Finding } from './finding.ts';

/** A certificate that could be read, with all that the checks ask of it. */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly fields: CertificateFields;
  /** Undefined where the key is of a kind that OpenSSL does not know. */
  readonly publicKey: KeyObject | undefined;
  readonly selfSigned: boolean;
}

export interface PemContent {
  /** In the order of the text: the first is the leaf. */
  readonly certificates: readonly Certificate[];
  readonly findings: readonly Finding[];
}

/** More in one text is not a chain any more. */
const CERTIFICATES_MAX = 20;
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----/g;

/** Reads all certificates of a PEM text. What cannot be read becomes a finding. No part of the text enters a message. */
export function readPem(text: string): PemContent {
  const certificates: Certificate[] = [];
  const findings: Finding[] = [];
  for (const [, label = '', body = ''] of text.matchAll(PEM_BLOCK)) {
    if (label.endsWith('PRIVATE KEY')) {
      findings.push(
        error('private_key_present', 'the text holds a private key, which is compromised by being here'),
      );
    } else if (label === 'CERTIFICATE' || label === 'X509 CERTIFICATE') {
      if (certificates.length === CERTIFICATES_MAX) {
        findings.push(error('chain_too_long', `only the first ${CERTIFICATES_MAX} certificates were read`));
        break;
      }
      try {
        certificates.push(readCertificate(decodeBody(body)));
      } catch (cause) {
        const place = `certificate ${certificates.length + 1} of the text`;
        findings.push(error('certificate_unreadable', `${place} cannot be read: ${messageOf(cause)}`));
      }
    }
  }
  if (certificates.length === 0 && findings.length === 0) {
    findings.push(error('certificate_unreadable', 'the text holds no block -----BEGIN CERTIFICATE-----'));
  }
  return { certificates, findings };
}

/** OpenSSL stumbles over blank lines and long ones, which survive many a copy and paste. */
function decodeBody(body: string): Buffer {
  const encoded = body.replaceAll(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw new Error('its content is not base64');
  return Buffer.from(encoded, 'base64');
}

/**
 * @param source one PEM block, or the DER bytes
 * @throws Error for what is not a certificate
 */
export function readCertificate(source: string | Uint8Array): Certificate {
  const x509 = new X509Certificate(source);
  const publicKey = attempt(() => x509.publicKey);
  return {
    x509,
    fields: readCertificateFields(x509.raw),
    publicKey,
    selfSigned: x509.subject === x509.issuer && publicKey !== undefined && isSignedBy(x509, publicKey),
  };
}

/** Whether the signature is right. A key of the wrong kind is a wrong signature and no error. */
export const isSignedBy = (x509: X509Certificate, key: KeyObject): boolean =>
  attempt(() => x509.verify(key)) ?? false;

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
