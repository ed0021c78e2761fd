import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { waitUntil } from '@taskwire/test-harness';

/**
 * Stands between a listener and PostgreSQL and can do what a network does at the worst of moments: the statement
 * arrives and is carried out, and its answer never comes, nor does anything else on that connection.
 */
export interface SilencingProxy extends AsyncDisposable {
  /** The URL of the database, through the proxy. */
  readonly url: string;
  /**
   * Cuts the connection on which `text` is next asked for (the name of a prepared statement, or a statement), when the
   * database has answered that and is ready for the next one. Resolves when that was done.
   * @throws Error when nobody has asked for it within 20 s
   */
  silenceAnswerTo(text: string): Promise<void>;
}

/** The message with which PostgreSQL says that a statement is over, outside a transaction: what it did is done. */
const READY_AND_IDLE = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function startSilencingProxy(databaseUrl: string): Promise<SilencingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let order: { readonly text: string; readonly done: () => unknown } | undefined;

  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    let silencing: (() => unknown) | undefined;
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (asked) => {
      if (order !== undefined && asked.includes(order.text)) {
        silencing = order.done;
        order = undefined;
      }
      database.write(asked);
    });
    database.on('data', (answered) => {
      if (silencing === undefined) {
        client.write(answered);
      } else if (answered.subarray(-READY_AND_IDLE.length).equals(READY_AND_IDLE)) {
        end();
        silencing();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    silenceAnswerTo: async (text) => {
      let silenced = false;
      order = { text, done: () => (silenced = true) };
      await waitUntil(() => silenced, { what: `an answer to ${text}`, timeoutMs: 20_000 });
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
