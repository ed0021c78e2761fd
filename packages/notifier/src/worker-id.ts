import { hostname } from 'node:os';

/** `container:host:pid:random`, without anything that a terminal or a log would not print. */
export function workerId(workerContainer: string, random: string): string {
  return `${workerContainer}:${hostname()}:${process.pid}:${random}`
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 255);
}
