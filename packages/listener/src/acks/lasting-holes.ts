import type { SequenceRanges } from '@taskwire/protocol';
import type { PublisherProgress } from '../store/batch.ts';

/** The missing ranges of each publisher at one look. */
export type Holes = ReadonlyMap<string, SequenceRanges>;

export interface HoleChange {
  /** Missing at this look and at the one before: lost on the way, and asked for again. */
  readonly lasting: Holes;
  /** Sequences that became lasting since the look before. */
  readonly lost: number;
  /** Sequences that were lasting at the look before, and are not missing any more. */
  readonly recovered: number;
}

export const holesOf = (publishers: readonly PublisherProgress[]): Holes =>
  new Map(publishers.map((progress) => [progress.publisher_id, progress.missing]));

/**
 * Tells what was lost from what merely overtook: a hole counts when two looks, some seconds apart, both find it.
 * Publishers that are not in `now` count as recovered neither way; they fell silent.
 */
export function compareHoles(before: Holes, lastingBefore: Holes, now: Holes): HoleChange {
  const lasting = new Map<string, SequenceRanges>();
  let lost = 0;
  let recovered = 0;
  for (const [publisher, missing] of now) {
    const stays = intersect(before.get(publisher) ?? [], missing);
    if (stays.length > 0) lasting.set(publisher, stays);
    const known = lastingBefore.get(publisher) ?? [];
    const still = size(intersect(known, missing));
    lost += size(stays) - still;
    recovered += size(known) - still;
  }
  return { lasting, lost, recovered };
}

/** How many sequences ranges hold. */
export const size = (ranges: SequenceRanges): number =>
  ranges.reduce((count, [from, to]) => count + to - from + 1, 0);

function intersect(a: SequenceRanges, b: SequenceRanges): SequenceRanges {
  const both: [number, number][] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const [x, y] = [a[i], b[j]];
    if (x === undefined || y === undefined) return both;
    const from = Math.max(x[0], y[0]);
    const to = Math.min(x[1], y[1]);
    if (from <= to) both.push([from, to]);
    if (x[1] < y[1]) i++;
    else j++;
  }
}
