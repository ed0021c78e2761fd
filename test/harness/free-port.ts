import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range from which systems take the ports of outgoing connections (32768 and up): a client that tries again
// and again to reach a server that is down could otherwise connect to itself, or keep the server from coming back.
const LOWEST_PORT = 16_000;
const HIGHEST_PORT = 32_000;

/** Given by this process: one may be wanted long before anybody listens on it. */
const given = new Set<number>();

/** A TCP port of 127.0.0.1 on which nobody listens now; each only once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
