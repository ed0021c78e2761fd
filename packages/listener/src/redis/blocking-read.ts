import type { Redis } from 'ioredis';
import { pause } from '../supervision/pause.ts';
import { endConnection } from './connection.ts';

/** A connection for commands that wait in the server, with a way to end the wait early. */
export interface BlockingReader {
  /** @returns the reply, texts as Buffers; null after the wait, or when it was interrupted */
  read(command: string, parameters: readonly (string | number)[]): Promise<unknown>;
  /** Whether a read is under way, and since when (performance.now()). */
  readonly waitingSince: number | null;
  /** Ends a read that is under way without taking anything; in the worst case by closing the connection. */
  interrupt(): Promise<void>;
}

/** How long a server gets to answer before the connection is closed under the read. */
const INTERRUPT_MS_MAX = 300;

export function createBlockingReader(connection: Redis, commands: Redis): BlockingReader {
  let waitingSince: number | null = null;
  let clientId: number | undefined;
  connection.on('ready', () => {
    clientId = undefined;
  });
  return {
    get waitingSince() {
      return waitingSince;
    },
    read: async (command, parameters) => {
      clientId ??= Number(await connection.call('CLIENT', 'ID'));
      waitingSince = performance.now();
      try {
        return await connection.callBuffer(command, ...parameters);
      } finally {
        waitingSince = null;
      }
    },
    interrupt: async () => {
      if (waitingSince === null || clientId === undefined) return;
      const unblocked = commands.call('CLIENT', 'UNBLOCK', clientId).catch(() => {});
      const patience = new AbortController();
      await Promise.race([unblocked, pause(INTERRUPT_MS_MAX, patience.signal)]);
      patience.abort();
      // The reply of the read comes on the other connection, a moment after that of UNBLOCK.
      for (const end = performance.now() + INTERRUPT_MS_MAX; waitingSince !== null; ) {
        if (performance.now() > end) return endConnection(connection);
        await pause(5, new AbortController().signal);
      }
    },
  };
}
