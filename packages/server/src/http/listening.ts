import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ErrorCode, TaskwireError } from '@taskwire/protocol';
import { problemOf } from '../problem/problem.ts';

/** All headers together, the address of the request among them. */
export const HEADER_BYTES_MAX = 16_384;
/**
 * Who needs longer is slow on purpose, and holds a connection that others need: for the headers, for the whole request,
 * with nothing sent in either direction, and between two requests. How often the first two are looked at is the last.
 */
export const PATIENCE = {
  headersMs: 10_000,
  requestMs: 30_000,
  silenceMs: 60_000,
  keepAliveMs: 30_000,
  checkEveryMs: 2_000,
} as const satisfies Readonly<Record<string, number>>;

/** How long a client may take. */
export type Patience = Readonly<Record<keyof typeof PATIENCE, number>>;

/** Such as `http://127.0.0.1:8080`. @throws TaskwireError `stopped` when it does not listen */
export function urlOf(server: Server | undefined): string {
  const address = server?.address() as AddressInfo | string | null | undefined;
  if (typeof address !== 'object' || address === null) {
    throw new TaskwireError('stopped', 'the web server does not listen');
  }
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shownHost}:${address.port}`;
}

/**
 * Browsers connect before they have anything to ask. Such a connection is not idle to the server, which would wait for
 * its first request before it is closed.
 * @returns closes those
 */
export function watchUnused(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
}

/** What is not even a request gets its answer without a route: there is only a socket. */
export function refuseUnreadable(error: { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, code, words] = UNREADABLE[error.code ?? ''] ?? [
    '400 Bad Request',
    'request_invalid',
    'this is no request of HTTP/1.1',
  ];
  const body = JSON.stringify({
    ...problemOf(new TaskwireError(code, words), ''),
    status: Number.parseInt(status, 10),
  });
  const head = [
    `HTTP/1.1 ${status}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

// Not with the words of node:http: an import of that module loads its WebSocket and fetch as well, 12 MiB.
const UNREADABLE: Partial<Record<string, readonly [status: string, code: ErrorCode, words: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers_too_large',
    `address and headers: at most ${HEADER_BYTES_MAX} bytes are accepted`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_invalid', 'the request did not come in time'],
};

/** What a failed start says to an operator. */
export function listenProblem(error: unknown, host: string, port: number): unknown {
  const { code } = error as { readonly code?: string };
  const problem: Partial<Record<string, string>> = {
    EADDRINUSE: `PORT: ${port} on ${host} is taken by another program; set PORT to another one (0 takes any free port)`,
    EACCES: `PORT: ${port} may not be used by this user; set PORT to one above 1023`,
    EADDRNOTAVAIL: `TASKWIRE_HOST: ${host} is not an address of this machine`,
    ENOTFOUND: `TASKWIRE_HOST: ${host} is not an address of this machine`,
  };
  const sentence = problem[code ?? ''];
  return sentence === undefined ? error : new TaskwireError('setting_invalid', sentence, { cause: error });
}
