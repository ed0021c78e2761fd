import type { PublisherAck, SequenceRanges } from '@taskwire/protocol';

/** What is known before any acknowledgement came. */
export const NOTHING_ACKNOWLEDGED: PublisherAck = { low_water: 0, missing: [], highest: 0 };

/** Reads an acknowledgement from Redis. @returns null for anything that is not one: it then says nothing */
export function parsePublisherAck(text: string): PublisherAck | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { low_water, highest, missing } = value as Readonly<Record<string, unknown>>;
  if (!isSequenceOrZero(low_water) || !isSequenceOrZero(highest) || low_water > highest) return null;
  if (!Array.isArray(missing)) return null;
  const ranges: (readonly [number, number])[] = [];
  let previous = low_water;
  for (const range of missing as readonly unknown[]) {
    if (!Array.isArray(range) || range.length !== 2) return null;
    const [from, to] = range as readonly unknown[];
    if (!isSequenceOrZero(from) || !isSequenceOrZero(to)) return null;
    if (from <= previous || to < from || to > highest) return null;
    ranges.push([from, to]);
    previous = to;
  }
  return { low_water, highest, missing: ranges };
}

const isSequenceOrZero = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** The sequences from 1 to `last` that the database does not hold. */
export function unacknowledged(ack: PublisherAck, last: number): SequenceRanges {
  const ranges: (readonly [number, number])[] = [];
  for (const [from, to] of ack.missing) {
    if (from > last) return ranges;
    ranges.push([from, Math.min(to, last)]);
  }
  if (ack.highest < last) {
    const previous = ranges.at(-1);
    const from = ack.highest + 1;
    if (previous !== undefined && previous[1] === ack.highest)
      ranges[ranges.length - 1] = [previous[0], last];
    else ranges.push([from, last]);
  }
  return ranges;
}

/** How many sequences from 1 to `last` the database does not hold. */
export const countUnacknowledged = (ack: PublisherAck, last: number): number =>
  unacknowledged(ack, last).reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** a without b; both sorted and disjoint. */
export function subtractRanges(a: SequenceRanges, b: SequenceRanges): SequenceRanges {
  const result: (readonly [number, number])[] = [];
  let at = 0;
  for (const [from, to] of a) {
    let start = from;
    while (at < b.length && (b[at]?.[1] ?? 0) < start) at++;
    for (let i = at; i < b.length; i++) {
      const cut = b[i];
      if (cut === undefined || cut[0] > to) break;
      if (cut[0] > start) result.push([start, cut[0] - 1]);
      start = Math.max(start, cut[1] + 1);
    }
    if (start <= to) result.push([start, to]);
  }
  return result;
}

/** What `before` acknowledged and `after` does not: the database went back. */
export const takenBack = (before: PublisherAck, after: PublisherAck): SequenceRanges =>
  subtractRanges(unacknowledged(after, before.highest), unacknowledged(before, before.highest));
