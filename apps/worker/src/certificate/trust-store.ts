import { rootCertificates } from 'node:tls';
import { type Certificate, readCertificate } from './certificate.ts';

/** Certificates that are believed without an issuer. */
export interface TrustStore {
  trusts(certificate: Certificate): boolean;
  /** Those with this subject, so that finding an issuer does not go through all roots of the world. */
  named(subject: string): readonly Certificate[];
}

export function createTrustStore(certificates: readonly Certificate[]): TrustStore {
  const bySubject = Map.groupBy(certificates, ({ x509 }) => x509.subject);
  const fingerprints = new Set(certificates.map(({ x509 }) => x509.fingerprint256));
  return {
    trusts: ({ x509 }) => fingerprints.has(x509.fingerprint256),
    named: (subject) => bySubject.get(subject) ?? [],
  };
}

/** Both together. */
export const unite = (a: TrustStore, b: TrustStore): TrustStore => ({
  trusts: (certificate) => a.trusts(certificate) || b.trusts(certificate),
  named: (subject) => [...a.named(subject), ...b.named(subject)],
});

/** Mozilla's roots as bundled with Node; read at the first use, since reading 150 certificates takes some 50 ms. */
export function createSystemTrustStore(): TrustStore {
  let store: TrustStore | undefined;
  const roots = () => {
    store ??= createTrustStore(rootCertificates.map(readCertificate));
    return store;
  };
  return {
    trusts: (certificate) => roots().trusts(certificate),
    named: (subject) => roots().named(subject),
  };
}
