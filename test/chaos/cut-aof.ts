import { readFileSync, truncateSync } from 'node:fs';

const BEGIN = Buffer.from('*1\r\n$5\r\nMULTI\r\n');
const END = Buffer.from('*1\r\n$4\r\nEXEC\r\n');

/** How much of {@link BEGIN} is left, so that the cut is still inside a command. */
const BEGIN_KEPT = '*1\r\n$5'.length;

/**
 * Cuts an append-only file of Redis after so many bytes, as a crash of the machine does. Two cuts are left out, with
 * which Redis does not start, now or the time after: one that leaves the lone star of a command to come it takes for
 * damage; and after one inside a command of a transaction it drops that command alone, appends to the transaction that
 * stays open, and at its next start refuses the nested MULTI.
 */
export function cutAof(file: string, bytes: number): void {
  const kept = readFileSync(file).subarray(0, bytes);
  const begin = kept.lastIndexOf(BEGIN);
  const cut = begin > kept.lastIndexOf(END) ? begin + BEGIN_KEPT : kept.length;
  truncateSync(file, kept.toString('latin1', cut - 1, cut) === '*' ? cut - 1 : cut);
}
