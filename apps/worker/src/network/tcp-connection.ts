import { connect, type Socket } from 'node:net';
import type { AdmittedTarget } from './outbound-network.ts';

export type ConnectOutcome =
  | { readonly state: 'open'; readonly socket: Socket; readonly connectMs: number }
  | { readonly state: 'closed' | 'filtered' | 'unreachable'; readonly detail: string };

/**
 * Opens a TCP connection to an admitted address. Never rejects for what the network does, only (with the signal's
 * reason) when aborted. `closed`: somebody answered and refused; `filtered`: nobody answered in time.
 * The socket comes back paused, with an error listener, and is the caller's to destroy.
 */
export function connectTcp(
  target: AdmittedTarget,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<ConnectOutcome> {
  const { signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const startedMs = performance.now();
    const socket = connect({ host: target.address, port: target.port, family: target.family });
    const settle = (finish: () => void, keep = false) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (!keep) socket.destroy();
      finish();
    };
    const onAbort = () => settle(() => reject(signal.reason));
    const timer = setTimeout(
      () => settle(() => resolve({ state: 'filtered', detail: `no answer within ${timeoutMs} ms` })),
      timeoutMs,
    );
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setNoDelay(true);
    socket.once('connect', () => {
      const connectMs = performance.now() - startedMs;
      settle(() => resolve({ state: 'open', socket, connectMs }), true);
    });
    // Stays for the life of the socket: a reset after the connect must not end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.message;
      const state = code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'closed' : 'unreachable';
      settle(() => resolve({ state: code === 'ETIMEDOUT' ? 'filtered' : state, detail: code }));
    });
  });
}
