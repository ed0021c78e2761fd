/** What a check has to say. The codes are stable: programs and alarms go by them. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export type FindingCode =
  | 'certificate_unreadable'
  | 'private_key_present'
  | 'expired'
  | 'not_yet_valid'
  | 'expiring_soon'
  | 'hostname_mismatch'
  | 'names_missing'
  | 'self_signed'
  | 'chain_incomplete'
  | 'chain_too_long'
  | 'chain_rejected'
  | 'issuer_signature_invalid'
  | 'issuer_not_ca'
  | 'issuer_may_not_sign'
  | 'issuer_outside_validity'
  | 'path_length_exceeded'
  | 'root_untrusted'
  | 'purpose_not_allowed'
  | 'key_usage_unsuitable'
  | 'ca_as_leaf'
  | 'weak_signature'
  | 'weak_key'
  | 'unchecked_critical_extension'
  | 'weak_protocol'
  | 'weak_cipher';

export type Verdict = 'valid' | 'valid_with_warnings' | 'invalid';

/** One error makes it invalid; one warning spoils it. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ severity }) => severity === 'error')) return 'invalid';
  return findings.some(({ severity }) => severity === 'warning') ? 'valid_with_warnings' : 'valid';
}

export const error = (code: FindingCode, message: string): Finding => ({ code, severity: 'error', message });
export const warning = (code: FindingCode, message: string): Finding => ({
  code,
  severity: 'warning',
  message,
});

/** A certificate can be wrong in more ways than anybody reads; the verdict is taken before this. */
export const mostImportant = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings]
    .sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity])
    .slice(0, FINDINGS_MAX);

const FINDINGS_MAX = 20;
const SEVERITY_ORDER = { error: 0, warning: 1 } as const;
