import { createConnection } from 'node:net';

/** Says again and again whether addresses take a connection within half a second, are silent, or refuse. */
const addresses = JSON.parse(process.argv[2] ?? '[]') as readonly (readonly [host: string, port: number])[];

const tryOne = ([host, port]: readonly [string, number]): Promise<string> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 500 });
    const end = (word: string) => {
      socket.destroy();
      resolve(word);
    };
    socket.once('connect', () => end('connected'));
    socket.once('timeout', () => end('silence'));
    socket.once('error', (error) => end(error.message));
  });

for (;;) console.log((await Promise.all(addresses.map(tryOne))).join(' '));
