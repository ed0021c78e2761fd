import { closeSync, openSync, readSync, truncateSync } from 'node:fs';

/**
 * Cuts an append-only file of Redis after so many bytes, as a crash of the machine does. A file that ends with the lone
 * star of a command to come Redis takes for damaged and not for cut, and does not start: that is left out.
 */
export function cutAof(file: string, bytes: number): void {
  const last = Buffer.alloc(1);
  const opened = openSync(file, 'r');
  readSync(opened, last, 0, 1, bytes - 1);
  closeSync(opened);
  truncateSync(file, last.toString() === '*' ? bytes - 1 : bytes);
}
