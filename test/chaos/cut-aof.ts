import { readFileSync, truncateSync } from 'node:fs';

const BEGIN = Buffer.from('*1\r\n$5\r\nMULTI\r\n');
const END = Buffer.from('*1\r\n$4\r\nEXEC\r\n');

/** How much of {@link BEGIN} is left, so that the cut is still inside a command. */
const BEGIN_KEPT = '*1\r\n$5'.length;

/**
 * Cuts an append-only file of Redis after so many bytes, as a crash of the machine does. Left out are two cuts after
 * which Redis itself may not start again: with the lone star of a command to come it takes the file for damaged; and
 * after one inside a command of a transaction it drops that command alone and appends to the transaction that stays
 * open, over which it stumbles at a later start.
 */
export function cutAof(file: string, bytes: number): void {
  const kept = readFileSync(file).subarray(0, bytes);
  const begin = kept.lastIndexOf(BEGIN);
  const cut = begin > kept.lastIndexOf(END) ? begin + BEGIN_KEPT : kept.length;
  truncateSync(file, kept.toString('latin1', cut - 1, cut) === '*' ? cut - 1 : cut);
}
