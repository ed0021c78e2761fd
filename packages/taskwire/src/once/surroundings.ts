import { once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { createService, type Service } from '@taskwire/protocol';
import { createSelfSignedCertificate } from './self-signed-certificate.ts';

/** What the nine tasks look at, so that they work on any machine, without a network and without a look at its files. */
export interface Surroundings extends Service {
  /** A folder with a few files of all ages. */
  readonly folder: string;
  readonly host: string;
  /** Sends back what it gets. Known after the start. */
  echoPort(): number;
  tlsPort(): number;
  readonly serverName: string;
  /** The PEM of what the TLS server shows. */
  readonly certificate: string;
}

const SERVER_NAME = 'once.taskwire.test';
const HOST = '127.0.0.1';
const DAY_S = 86_400;

/** @param directory where the folder of files is made */
export function createSurroundings(directory: string): Surroundings {
  const folder = path.join(directory, 'files');
  const { certificate, key } = createSelfSignedCertificate(SERVER_NAME, Date.now());
  const sockets = new Set<Socket>();
  const echo = createServer((socket) => socket.pipe(socket));
  const tls = createTlsServer({ cert: certificate, key }, (socket) => socket.pipe(socket));
  const servers: readonly Server[] = [echo, tls];
  for (const server of servers) {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    });
  }
  tls.on('tlsClientError', () => {});
  tls.on('secureConnection', (socket) => socket.on('error', () => {}));
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;

  return {
    ...createService({
      onStart: async () => {
        writeFiles(folder);
        for (const server of servers) {
          server.listen(0, HOST);
          await once(server, 'listening');
        }
      },
      onStop: async () => {
        for (const socket of sockets) socket.destroy();
        for (const server of servers) server.close();
      },
    }),
    folder,
    host: HOST,
    echoPort: () => portOf(echo),
    tlsPort: () => portOf(tls),
    serverName: SERVER_NAME,
    certificate,
  };
}

/** Name, size in bytes, age in days. */
const FILES = [
  ['logs/application.log', 40_000, 1],
  ['logs/application.log.1', 120_000, 45],
  ['logs/application.log.2.gz', 9_000, 90],
  ['cache/thumbnails.tmp', 65_000, 200],
  ['cache/download.part', 30_000, 7],
  ['documents/report.pdf', 15_000, 400],
  ['documents/report.pdf~', 15_000, 400],
  ['core.1234', 250_000, 60],
] as const;

function writeFiles(folder: string): void {
  const nowS = Date.now() / 1_000;
  for (const [name, size, days] of FILES) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(size, 'x'));
    utimesSync(file, nowS - days * DAY_S, nowS - days * DAY_S);
  }
}
