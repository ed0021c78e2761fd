import { existsSync, readFileSync, statSync } from 'node:fs';
import type { OwnedProcess } from './owned-process.ts';
import { waitUntil } from './wait-until.ts';

/** Where a server's log ends now; what it says later lies behind this offset. */
export function logEnd(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/**
 * Waits until the server has written `line` behind `offset`. Its own word, unlike an answer on its port, cannot come
 * from another server that took the port first.
 * @throws Error with the end of the log when the server ended or was too slow.
 */
export async function waitForLog(
  server: OwnedProcess,
  file: string,
  offset: number,
  line: RegExp,
  timeoutMs = 30_000,
): Promise<void> {
  const said = () => readFileSync(file).subarray(offset).toString();
  try {
    const ready = await waitUntil(() => line.test(said()) || (server.isRunning() ? false : 'ended'), {
      what: `${line} in ${file}`,
      timeoutMs,
      pollMs: 5,
    });
    if (ready === 'ended') throw new Error('it ended');
  } catch (error) {
    server.signal('SIGKILL');
    throw new Error(`a server did not start; its log ends with:\n${said().slice(-2_000)}`, { cause: error });
  }
}
