/**
 * Which sequences of a publisher have been received: sorted, disjoint, not adjacent ranges [from, to], both inclusive.
 */
export type SequenceRanges = readonly (readonly [from: number, to: number])[];

/** The ranges that cover exactly these sequences, which may repeat and come in any order. */
export const rangesOf = (sequences: readonly number[]): SequenceRanges =>
  unionOf(sequences.map((sequence) => [sequence, sequence]));

/** The ranges that cover exactly what these cover, which may overlap and come in any order. */
export function unionOf(runs: SequenceRanges): SequenceRanges {
  const ranges: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const [from, to] of runs.toSorted(([a], [b]) => a - b)) {
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else {
      last = [from, to];
      ranges.push(last);
    }
  }
  return ranges;
}

export function includesSequence(ranges: SequenceRanges, sequence: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (sequence < range[0]) high = middle - 1;
    else if (sequence > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** How many sequences are in both. In time linear in the number of ranges. */
export function countShared(a: SequenceRanges, b: SequenceRanges): number {
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [from, to] = a[i] as SequenceRanges[number];
    const [otherFrom, otherTo] = b[j] as SequenceRanges[number];
    count += Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom) + 1);
    if (to < otherTo) i++;
    else j++;
  }
  return count;
}

/** Every sequence from 1 to this has been received; 0 where the first is missing. */
export function lowWater(ranges: SequenceRanges): number {
  const first = ranges[0];
  return first !== undefined && first[0] === 1 ? first[1] : 0;
}

/** The highest received sequence; 0 where there is none. */
export const highestSequence = (ranges: SequenceRanges): number => ranges.at(-1)?.[1] ?? 0;

/** The holes: what is missing between 1 and the highest received sequence. */
export function missingRanges(ranges: SequenceRanges): SequenceRanges {
  const missing: [number, number][] = [];
  let next = 1;
  for (const [from, to] of ranges) {
    if (from > next) missing.push([next, from - 1]);
    next = to + 1;
  }
  return missing;
}
