import type { Certificate } from './certificate.ts';

const DAY_MS = 86_400_000;
/** A certificate can hold megabytes of names; a result must not. */
const TEXT_LENGTH_MAX = 200;
const NAMES_MAX = 20;

const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  '2.5.29.37.0': 'any',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'ocspSigning',
};

/** The certificate as it appears in results: bounded, plain JSON, dates as RFC 3339. */
export function describeCertificate(certificate: Certificate, nowMs: number) {
  const { x509, fields, publicKey, selfSigned } = certificate;
  const names = subjectNames(certificate);
  return {
    subject: oneLine(x509.subject),
    issuer: oneLine(x509.issuer),
    serial_number: clip(x509.serialNumber),
    not_before: isoDate(x509.validFromDate),
    not_after: isoDate(x509.validToDate),
    days_left: Math.floor((x509.validToDate.getTime() - nowMs) / DAY_MS),
    names: names.slice(0, NAMES_MAX),
    names_omitted: Math.max(0, names.length - NAMES_MAX),
    key_type: publicKey?.asymmetricKeyType ?? 'unknown',
    key_bits: publicKey?.asymmetricKeyDetails?.modulusLength ?? null,
    curve: publicKey?.asymmetricKeyDetails?.namedCurve ?? null,
    signature_algorithm: fields.signatureAlgorithm,
    key_usage: fields.keyUsage ?? null,
    extended_key_usage: extendedKeyUsage(certificate)?.slice(0, NAMES_MAX) ?? null,
    is_ca: fields.isCa,
    self_signed: selfSigned,
    fingerprint_sha256: x509.fingerprint256,
  };
}

/** Undefined where the extension is absent, which allows every purpose. Unknown purposes stay numbers. */
export const extendedKeyUsage = ({ x509 }: Certificate): readonly string[] | undefined =>
  // node:crypto calls it keyUsage, and gives undefined where its types promise an array.
  (x509.keyUsage as readonly string[] | undefined)?.map((id) => EXTENDED_KEY_USAGES[id] ?? id);

/** The subject's common name, or what there is instead. */
export const displayName = ({ x509 }: Certificate): string =>
  /^CN=(.+)$/m.exec(x509.subject ?? '')?.[1]?.slice(0, TEXT_LENGTH_MAX) ?? oneLine(x509.subject);

function subjectNames({ x509 }: Certificate): readonly string[] {
  const text = x509.subjectAltName;
  if (text === undefined || text === '') return [];
  return text.split(', ').map((name) => clip(name.replace(/^DNS:|^IP Address:/, '')));
}

const oneLine = (name: string | undefined): string => clip((name ?? '').replaceAll('\n', ', '));

const clip = (text: string): string =>
  text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;

const isoDate = (date: Date): string | null => (Number.isNaN(date.getTime()) ? null : date.toISOString());
