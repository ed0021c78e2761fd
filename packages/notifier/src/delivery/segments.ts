import type { SequenceRanges } from '@taskwire/protocol';

/**
 * A range of sequences of one publisher that went the same way at the same time.
 * - `queued`: to be put into the stream when `dueMs` has come
 * - `streamed`: in the stream, as far as Redis answered; not acknowledged yet
 * - `published`: the stream refused it, the channel has had it; to be put into the stream when that accepts again
 */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly phase: 'queued' | 'streamed' | 'published';
  /** Counts against the window of what is sent late: backlog and copies, not fresh events. */
  readonly late: boolean;
  /** Times it was sent; of those that are known to have come to nothing at most one. */
  readonly tries: number;
  readonly sentAtMs: number;
  /** Number of the sending, ascending within the process; 0 for what was never sent. */
  readonly sending: number;
  /** The earliest sending that may have brought any of it: all that its acknowledgement proves. 0 for what was never sent. */
  readonly firstSending: number;
  /** When an event that was sent later was acknowledged first; null while that has not happened. */
  readonly passedAtMs: number | null;
  /** Not to be sent before this. */
  readonly dueMs: number;
}

/** Sorted by sequence, disjoint. */
export type Segments = readonly Segment[];

export const segmentSize = (segment: Segment): number => segment.to - segment.from + 1;

/** `segments` without these ranges (sorted, disjoint); a segment that is cut in two becomes two. */
export function withoutRanges(segments: Segments, ranges: SequenceRanges): Segments {
  if (ranges.length === 0 || segments.length === 0) return segments;
  const kept: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    let start = segment.from;
    while (at < ranges.length && (ranges[at]?.[1] ?? 0) < start) at++;
    for (let i = at; i < ranges.length && start <= segment.to; i++) {
      const cut = ranges[i];
      if (cut === undefined || cut[0] > segment.to) break;
      if (cut[0] > start) kept.push({ ...segment, from: start, to: cut[0] - 1 });
      start = Math.max(start, cut[1] + 1);
    }
    if (start > segment.to) continue;
    kept.push(start === segment.from ? segment : { ...segment, from: start });
  }
  return kept;
}

/** `segments` with this one in the place of whatever covered its range. */
export function withSegment(segments: Segments, segment: Segment): Segments {
  const last = segments.at(-1);
  if (last === undefined || last.to < segment.from) {
    return last !== undefined && sameWay(last, segment)
      ? [...segments.slice(0, -1), join(last, segment)]
      : [...segments, segment];
  }
  const kept = withoutRanges(segments, [[segment.from, segment.to]]);
  const index = kept.findIndex((other) => other.from > segment.to);
  return index === -1 ? [...kept, segment] : kept.toSpliced(index, 0, segment);
}

/** Single events sent one after the other become one segment; times are known to this accuracy. */
const JOIN_WITHIN_MS = 250;

function sameWay(a: Segment, b: Segment): boolean {
  return (
    a.to + 1 === b.from &&
    a.phase === b.phase &&
    a.late === b.late &&
    a.tries === b.tries &&
    a.passedAtMs === b.passedAtMs &&
    a.dueMs === b.dueMs &&
    Math.abs(b.sentAtMs - a.sentAtMs) <= JOIN_WITHIN_MS
  );
}

/** Neighbours that came by several sendings: both ends of those are kept, so that nothing is proven by halves. */
const join = (a: Segment, b: Segment): Segment => ({
  ...a,
  to: b.to,
  sending: Math.max(a.sending, b.sending),
  firstSending: Math.min(a.firstSending, b.firstSending),
});

/**
 * The same with neighbours of one phase joined two by two. While a database is away for a day, segments would number
 * hundreds of thousands; all that is lost is how exactly it is known when each event was sent.
 */
export function coarsened(segments: Segments): Segments {
  const joined: Segment[] = [];
  let previousIsPair = false;
  for (const segment of segments) {
    const last = joined.at(-1);
    if (last !== undefined && !previousIsPair && areNeighbours(last, segment)) {
      joined[joined.length - 1] = latest(last, segment);
      previousIsPair = true;
    } else {
      joined.push(segment);
      previousIsPair = false;
    }
  }
  return joined;
}

const areNeighbours = (a: Segment, b: Segment): boolean =>
  a.to + 1 === b.from && a.phase === b.phase && a.late === b.late;

const latest = (a: Segment, b: Segment): Segment => ({
  ...join(a, b),
  tries: Math.max(a.tries, b.tries),
  sentAtMs: Math.max(a.sentAtMs, b.sentAtMs),
  passedAtMs: a.passedAtMs === null || b.passedAtMs === null ? null : Math.max(a.passedAtMs, b.passedAtMs),
  dueMs: Math.max(a.dueMs, b.dueMs),
});
