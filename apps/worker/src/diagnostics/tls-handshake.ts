import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, rootCertificates, type TLSSocket } from 'node:tls';
import { type Certificate, readCertificate } from '../certificate/certificate.ts';

/** What a TLS end point showed of itself. */
export interface TlsHandshake {
  readonly protocol: string;
  readonly cipher: string;
  readonly alpn: string | null;
  /** Leaf first, as sent. */
  readonly certificates: readonly Certificate[];
  /** Why OpenSSL would not have gone on; undefined where it would. */
  readonly rejection: string | undefined;
  readonly handshakeMs: number;
}

export interface TlsHandshakeOptions {
  readonly serverName: string;
  /** PEM of what to trust besides Node's roots. */
  readonly trustedPem: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A server can send any number; nobody needs more than this to see what is wrong. */
const CERTIFICATES_MAX = 20;

/**
 * Shakes hands on an open connection and looks at what comes, without sending anything. Old protocols and weak
 * ciphers are agreed to, so that they can be reported, and so is every certificate.
 * @throws Error where no handshake comes about in time
 */
export function shakeHands(socket: Socket, options: TlsHandshakeOptions): Promise<TlsHandshake> {
  const { serverName, signal, timeoutMs, trustedPem } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const startedMs = performance.now();
    const tls = connect({
      socket,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
      ...(trustedPem.trim() === '' ? {} : { ca: [...rootCertificates, trustedPem] }),
    });
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      finish();
      tls.destroy();
    };
    const onAbort = () => settle(() => reject(signal.reason));
    const fail = (reason: string) => settle(() => reject(new Error(reason)));
    const timer = setTimeout(() => fail(`no TLS handshake within ${timeoutMs} ms`), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    tls.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    tls.once('close', () => fail('the peer closed the connection'));
    tls.once('secureConnect', () => {
      const handshakeMs = performance.now() - startedMs;
      try {
        const seen = describe(tls, handshakeMs);
        settle(() => resolve(seen));
      } catch (error) {
        settle(() => reject(error));
      }
    });
  });
}

function describe(tls: TLSSocket, handshakeMs: number): TlsHandshake {
  return {
    protocol: tls.getProtocol() ?? 'unknown',
    cipher: tls.getCipher().standardName,
    alpn: typeof tls.alpnProtocol === 'string' ? tls.alpnProtocol : null,
    certificates: sentCertificates(tls.getPeerCertificate(true)),
    // Node gives the code as text, although its types say Error.
    rejection: tls.authorized ? undefined : String(tls.authorizationError ?? 'unknown'),
    handshakeMs,
  };
}

function sentCertificates(leaf: DetailedPeerCertificate): readonly Certificate[] {
  const certificates: Certificate[] = [];
  const seen = new Set<string>();
  // Linked from leaf to issuer; a self-signed one links to itself. Empty where the peer sent none.
  for (let one = leaf; one?.raw !== undefined; one = one.issuerCertificate) {
    if (seen.has(one.fingerprint256) || certificates.length === CERTIFICATES_MAX) break;
    seen.add(one.fingerprint256);
    certificates.push(readCertificate(one.raw));
  }
  return certificates;
}
