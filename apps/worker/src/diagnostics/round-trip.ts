import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What is said to the peer to make it answer. `connect`: nothing, only the connection is timed. */
export type Probe = 'connect' | 'greeting' | 'http' | 'echo' | 'tls';

export interface RoundTripOptions {
  readonly probe: Exclude<Probe, 'connect'>;
  readonly host: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Enough to be recognised, too little to be a nuisance. */
const ECHO_LINE = 'taskwire\r\n';

/**
 * Milliseconds from the question to the first byte of the answer (or the end of the TLS handshake); undefined where the
 * peer does not answer in time or hangs up. Redirects of an HTTP answer are not followed: only its first byte counts.
 * @throws the signal's reason when aborted
 */
export function measureRoundTrip(socket: Socket, options: RoundTripOptions): Promise<number | undefined> {
  const { probe, signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const answered = () => settle(() => resolve(performance.now() - startedMs));
    const silent = () => settle(() => resolve(undefined));
    const aborted = () => settle(() => reject(signal.reason));
    const timer = setTimeout(silent, timeoutMs);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      finish();
    };
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('error', silent);
    socket.once('close', silent);
    if (probe === 'tls') {
      // Only the time is wanted and nothing is said: an invalid certificate is not this measurement's business.
      const tls = connectTls({ socket, rejectUnauthorized: false });
      tls.once('secureConnect', answered);
      tls.on('error', silent);
      return;
    }
    socket.once('data', answered);
    if (probe === 'http')
      socket.write(`HEAD / HTTP/1.1\r\nHost: ${options.host}\r\nConnection: close\r\n\r\n`);
    if (probe === 'echo') socket.write(ECHO_LINE);
  });
}
