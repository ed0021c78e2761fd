import { type Certificate, isSignedBy } from './certificate.ts';
import { checkAlgorithms } from './check-certificate.ts';
import { displayName } from './describe-certificate.ts';
import { error, type Finding, warning } from './finding.ts';
import type { TrustStore } from './trust-store.ts';

export interface ChainCheckOptions {
  readonly nowMs: number;
  /** Where issuers may be found besides the trust store; trusted by nobody for being here. */
  readonly intermediates: readonly Certificate[];
  readonly trust: TrustStore;
  /** False: an untrusted or missing root is a warning, for those who look at a private CA from outside. */
  readonly rootMustBeTrusted: boolean;
}

export interface CheckedChain {
  /** From the leaf to the last issuer found. */
  readonly certificates: readonly Certificate[];
  readonly trusted: boolean;
  readonly findings: readonly Finding[];
}

const CHAIN_LENGTH_MAX = 10;

/**
 * Follows the issuers from the leaf up, checking each link: name, signature, CA flag, the right to sign certificates,
 * path length, dates, algorithms. Ends at a trusted certificate, at a self-signed one, or where no issuer is found.
 */
export function checkChain(leaf: Certificate, options: ChainCheckOptions): CheckedChain {
  const { trust } = options;
  const certificates = [leaf];
  const findings: Finding[] = [];
  const openEnd = options.rootMustBeTrusted ? error : warning;
  let current = leaf;

  while (!trust.trusts(current)) {
    if (current.selfSigned) {
      findings.push(
        current === leaf
          ? openEnd('self_signed', 'signed by itself and not among the trusted certificates')
          : openEnd('root_untrusted', `${displayName(current)} is a root that is not among the trusted ones`),
      );
      return { certificates, trusted: false, findings };
    }
    const named = [...trust.named(current.x509.issuer), ...options.intermediates].filter(
      ({ x509 }) => x509.subject === current.x509.issuer,
    );
    const issuer = named.find(
      ({ publicKey }) => publicKey !== undefined && isSignedBy(current.x509, publicKey),
    );
    if (issuer === undefined) {
      const wanted = displayName(current);
      findings.push(
        named.length > 0
          ? error('issuer_signature_invalid', `the signature of ${wanted} is not by the issuer that it names`)
          : openEnd(
              'chain_incomplete',
              `the issuer of ${wanted} is neither given nor among the trusted ones`,
            ),
      );
      return { certificates, trusted: false, findings };
    }
    if (certificates.length === CHAIN_LENGTH_MAX || certificates.includes(issuer)) {
      findings.push(error('chain_too_long', `no root within ${CHAIN_LENGTH_MAX} certificates`));
      return { certificates, trusted: false, findings };
    }
    findings.push(...checkIssuer(issuer, certificates.length - 1, options.nowMs));
    certificates.push(issuer);
    current = issuer;
  }
  return { certificates, trusted: findings.every(({ severity }) => severity !== 'error'), findings };
}

/** @param below how many CA certificates lie between this issuer and the leaf */
function checkIssuer(issuer: Certificate, below: number, nowMs: number): readonly Finding[] {
  const name = displayName(issuer);
  const { x509, fields } = issuer;
  const findings: Finding[] = checkAlgorithms(issuer).map((finding) => ({
    ...finding,
    message: `issuer ${name}: ${finding.message}`,
  }));
  if (!fields.isCa) findings.push(error('issuer_not_ca', `issuer ${name} is not a CA certificate`));
  if (fields.keyUsage !== undefined && !fields.keyUsage.includes('keyCertSign')) {
    findings.push(error('issuer_may_not_sign', `the key usage of issuer ${name} lacks keyCertSign`));
  }
  if (fields.pathLength !== undefined && below > fields.pathLength) {
    const found = `${below} CA certificates below it, ${fields.pathLength} allowed`;
    findings.push(error('path_length_exceeded', `issuer ${name} has ${found}`));
  }
  if (nowMs < x509.validFromDate.getTime() || nowMs > x509.validToDate.getTime()) {
    const span = `${x509.validFrom} to ${x509.validTo}`;
    findings.push(error('issuer_outside_validity', `issuer ${name} is valid from ${span} only`));
  }
  return findings;
}
