import { TaskwireError } from '@taskwire/protocol';
import Type from 'typebox';
import { readPem } from '../../certificate/certificate.ts';
import { type CertificateCheckOptions, checkLeaf } from '../../certificate/check-certificate.ts';
import { type ChainCheckOptions, checkChain } from '../../certificate/check-chain.ts';
import { describeCertificate, displayName } from '../../certificate/describe-certificate.ts';
import { mostImportant, verdictOf } from '../../certificate/finding.ts';
import { createTrustStore, unite } from '../../certificate/trust-store.ts';
import { defineTask } from '../../task.ts';

const PEM_LENGTH_MAX = 200_000;

const parameters = Type.Object(
  {
    certificates: Type.Array(
      Type.Object(
        {
          /** The certificate, then, where there are any, the certificates of its issuers. */
          pem: Type.String({ minLength: 1, maxLength: PEM_LENGTH_MAX }),
          /** Comes back in the result. */
          label: Type.Optional(Type.String({ maxLength: 200 })),
          hostname: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 100 },
    ),
    /** PEM of further certificates to believe, besides the system's roots. */
    trusted_certificates: Type.String({ maxLength: PEM_LENGTH_MAX, default: '' }),
    use_system_roots: Type.Boolean({ default: true }),
    require_trusted_root: Type.Boolean({ default: true }),
    purpose: Type.Enum(['server', 'client', 'any'], { default: 'server' }),
    expiring_days: Type.Integer({ minimum: 0, maximum: 3_650, default: 30 }),
    /** RFC 3339; unset: now. */
    at: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);

/** A verdict for each certificate, with everything that is wrong with it and its chain. */
export const validateCertificateBatch = defineTask({
  name: 'tasks.web.certificate.validate_certificate_batch',
  parameters,
  secretParameters: ['certificates', 'trusted_certificates'],
  durationMsMax: 300_000,
  async run({ parameters: given, report, signal, services }) {
    const nowMs = given.at === undefined ? services.now() : parseTime(given.at);
    const own = createTrustStore(readTrusted(given.trusted_certificates));
    const trust = given.use_system_roots ? unite(own, services.systemTrust) : own;
    const certificates: Judgement[] = [];
    for (const [index, submitted] of given.certificates.entries()) {
      signal.throwIfAborted();
      certificates.push(
        judge(submitted, {
          nowMs,
          trust,
          rootMustBeTrusted: given.require_trusted_root,
          purpose: given.purpose,
          expiringDays: given.expiring_days,
        }),
      );
      report((index + 1) / given.certificates.length);
      // Reading and verifying is synchronous; between two certificates others get their turn.
      await new Promise(setImmediate);
    }
    const count = (verdict: string) => certificates.filter((one) => one.verdict === verdict).length;
    return {
      checked_at: new Date(nowMs).toISOString(),
      summary: {
        total: certificates.length,
        valid: count('valid'),
        valid_with_warnings: count('valid_with_warnings'),
        invalid: count('invalid'),
      },
      certificates,
    };
  },
});

interface Submitted {
  readonly pem: string;
  readonly label?: string;
  readonly hostname?: string;
}

type JudgeOptions = Omit<ChainCheckOptions, 'intermediates'> & Omit<CertificateCheckOptions, 'hostname'>;
type Judgement = ReturnType<typeof judge>;

function judge({ pem, label, hostname }: Submitted, options: JudgeOptions) {
  const content = readPem(pem);
  const [leaf, ...intermediates] = content.certificates;
  const chain = leaf && checkChain(leaf, { ...options, intermediates });
  const findings = [
    ...content.findings,
    ...(leaf === undefined ? [] : checkLeaf(leaf, { ...options, hostname })),
    ...(chain?.findings ?? []),
  ];
  return {
    label: label ?? null,
    verdict: verdictOf(findings),
    findings: mostImportant(findings),
    trusted: chain?.trusted ?? false,
    certificate: leaf === undefined ? null : describeCertificate(leaf, options.nowMs),
    chain: chain?.certificates.slice(1).map(displayName) ?? [],
  };
}

function parseTime(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw new TaskwireError(
      'parameters_invalid',
      `parameter at: expected a time such as 2026-01-31T12:00:00Z, got ${JSON.stringify(text)}`,
    );
  }
  return ms;
}

function readTrusted(pem: string) {
  if (pem.trim() === '') return [];
  const { certificates, findings } = readPem(pem);
  const [problem] = findings;
  if (problem !== undefined) {
    throw new TaskwireError(
      'parameters_invalid',
      `parameter trusted_certificates: expected PEM certificates, got a text of which ${problem.message}`,
    );
  }
  return certificates;
}
