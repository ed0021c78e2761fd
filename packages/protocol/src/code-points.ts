/** How many Unicode code points a text has: what lengths in the schema of the event count. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
