import { messageOf, TaskwireError } from '@taskwire/protocol';
import Type from 'typebox';
import { readPem } from '../../certificate/certificate.ts';
import { checkLeaf } from '../../certificate/check-certificate.ts';
import { checkChain } from '../../certificate/check-chain.ts';
import { describeCertificate, displayName } from '../../certificate/describe-certificate.ts';
import {
  error as errorFinding,
  type Finding,
  mostImportant,
  verdictOf,
  warning,
} from '../../certificate/finding.ts';
import { createTrustStore, type TrustStore, unite } from '../../certificate/trust-store.ts';
import { forEachBounded } from '../../diagnostics/bounded-parallel.ts';
import { rounded } from '../../diagnostics/latency-statistics.ts';
import { shakeHands, type TlsHandshake } from '../../diagnostics/tls-handshake.ts';
import type { OutboundNetwork } from '../../network/outbound-network.ts';
import { connectTcp } from '../../network/tcp-connection.ts';
import { defineTask } from '../../task.ts';

const parameters = Type.Object(
  {
    endpoints: Type.Array(
      Type.Object(
        {
          host: Type.String({ minLength: 1, maxLength: 255 }),
          port: Type.Integer({ minimum: 1, maximum: 65_535, default: 443 }),
          /** The name asked for and compared; unset: the host. */
          server_name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 64 },
    ),
    trusted_certificates: Type.String({ maxLength: 200_000, default: '' }),
    expiring_days: Type.Integer({ minimum: 0, maximum: 3_650, default: 30 }),
    timeout_ms: Type.Integer({ minimum: 50, maximum: 30_000, default: 5_000 }),
    concurrency: Type.Integer({ minimum: 1, maximum: 16, default: 8 }),
  },
  { additionalProperties: false },
);

interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly server_name?: string;
}

interface Examination {
  readonly network: OutboundNetwork;
  readonly signal: AbortSignal;
  readonly nowMs: number;
  readonly trust: TrustStore;
  readonly trustedPem: string;
  readonly timeoutMs: number;
  readonly expiringDays: number;
}

/** What live TLS end points show: protocol, cipher, certificate, chain. A bad certificate is a finding, never a failure. */
export const analyzeSslCertificates = defineTask({
  name: 'tasks.web.diagnostics.analyze_ssl_certificates',
  parameters,
  secretParameters: ['trusted_certificates'],
  durationMsMax: 4_200_000,
  async run({ parameters: given, report, signal, services }) {
    const examination: Examination = {
      network: services.network,
      signal,
      nowMs: services.now(),
      trust: unite(createTrustStore(readPem(given.trusted_certificates).certificates), services.systemTrust),
      trustedPem: given.trusted_certificates,
      timeoutMs: given.timeout_ms,
      expiringDays: given.expiring_days,
    };
    const results: Record<string, unknown>[] = given.endpoints.map(() => ({}));
    let done = 0;
    await forEachBounded([...given.endpoints.entries()], given.concurrency, async ([index, endpoint]) => {
      const { host, port } = endpoint;
      results[index] = { host, port, ...(await examine(endpoint, examination)) };
      report(++done / given.endpoints.length);
    });
    const count = (key: string, value: string) => results.filter((one) => one[key] === value).length;
    return {
      checked_at: new Date(examination.nowMs).toISOString(),
      summary: {
        total: results.length,
        examined: count('state', 'examined'),
        valid: count('verdict', 'valid'),
        valid_with_warnings: count('verdict', 'valid_with_warnings'),
        invalid: count('verdict', 'invalid'),
      },
      endpoints: results,
    };
  },
});

async function examine(endpoint: Endpoint, examination: Examination): Promise<Record<string, unknown>> {
  const { network, signal, timeoutMs, trustedPem } = examination;
  try {
    const target = network.admit(await network.resolve(endpoint.host, signal), endpoint.port);
    const outcome = await connectTcp(target, { timeoutMs, signal });
    if (outcome.state !== 'open') return { state: outcome.state, detail: outcome.detail };
    const serverName = endpoint.server_name ?? endpoint.host;
    try {
      const seen = await shakeHands(outcome.socket, { serverName, trustedPem, timeoutMs, signal });
      return { state: 'examined', address: target.address, ...judge(seen, serverName, examination) };
    } catch (error) {
      signal.throwIfAborted();
      return { state: 'no_tls', detail: messageOf(error).slice(0, 300) };
    } finally {
      outcome.socket.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TaskwireError)) throw error;
    const state = error.code === 'network_target_refused' ? 'refused_by_policy' : 'unresolved';
    return { state, detail: messageOf(error) };
  }
}

function judge(seen: TlsHandshake, serverName: string, examination: Examination) {
  const { nowMs, trust, expiringDays } = examination;
  const [leaf, ...intermediates] = seen.certificates;
  const findings: Finding[] = [...checkTransport(seen)];
  const chain = leaf && checkChain(leaf, { nowMs, intermediates, trust, rootMustBeTrusted: true });
  if (leaf === undefined) {
    findings.push(errorFinding('certificate_unreadable', 'the peer sent no certificate'));
  } else {
    findings.push(...checkLeaf(leaf, { nowMs, expiringDays, hostname: serverName, purpose: 'server' }));
    findings.push(...(chain?.findings ?? []));
  }
  // OpenSSL knows rules that are not spelt out here (name constraints, policies): it has the last word.
  if (seen.rejection !== undefined && verdictOf(findings) !== 'invalid') {
    findings.push(errorFinding('chain_rejected', `OpenSSL rejects it: ${seen.rejection}`));
  }
  return {
    verdict: verdictOf(findings),
    findings: mostImportant(findings),
    protocol: seen.protocol,
    cipher: seen.cipher,
    alpn: seen.alpn,
    handshake_ms: rounded(seen.handshakeMs),
    trusted: chain?.trusted === true && seen.rejection === undefined,
    certificate: leaf === undefined ? null : describeCertificate(leaf, nowMs),
    chain: chain?.certificates.slice(1).map(displayName) ?? [],
  };
}

/** RFC 8996 forbids TLS 1.0 and 1.1; RFC 9325 the ciphers below. */
function checkTransport({ protocol, cipher }: TlsHandshake): readonly Finding[] {
  const findings: Finding[] = [];
  if (protocol !== 'TLSv1.3' && protocol !== 'TLSv1.2') {
    findings.push(warning('weak_protocol', `${protocol} is agreed to; TLS 1.2 is the oldest that is safe`));
  }
  if (/RC4|3DES|_DES_|NULL|EXPORT|MD5|anon/.test(cipher)) {
    findings.push(errorFinding('weak_cipher', `the cipher ${cipher} is broken`));
  } else if (/_CBC_|^TLS_RSA_/.test(cipher)) {
    findings.push(
      warning('weak_cipher', `the cipher ${cipher} lacks forward secrecy or authenticated encryption`),
    );
  }
  return findings;
}
