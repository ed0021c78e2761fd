import type { PublisherAck, SequenceRanges } from '@taskwire/protocol';
import { NOTHING_ACKNOWLEDGED, subtractRanges, takenBack, unacknowledged } from './publisher-ack.ts';
import { coarsened, type Segment, type Segments, withoutRanges, withSegment } from './segments.ts';

/**
 * What is known of the way of one publisher's events. Pure data; every function here gives the next state.
 *
 * The life of an event: beyond `frontier` (fresh: nobody has tried yet) → sent → `streamed` → acknowledged. What was
 * left behind while Redis was away is `queued` first; what is taken for lost is `queued` again (see resend-rules.ts);
 * what the stream refused is `published`.
 *
 * Invariant: every sequence from 1 to `frontier` is either acknowledged by `ack` or in exactly one segment.
 */
export interface DeliveryState {
  readonly frontier: number;
  readonly ack: PublisherAck;
  readonly segments: Segments;
  /** The highest sending of which something is known to have arrived. The stream is read in order: earlier ones were passed. */
  readonly acknowledgedSending: number;
  /** The same where a copy may have arrived, or the original, much earlier: it says something once nothing moves any more. */
  readonly likelySending: number;
  /** When an acknowledgement last brought something new, or anything was first sent after none was waiting. */
  readonly movedAtMs: number;
  /** Since when acknowledgements say less than before; null while they do not. */
  readonly takenBackSinceMs: number | null;
  /** Probing copies sent since anything moved. */
  readonly probes: number;
}

/** Events of an earlier life of this file: all that is not acknowledged waits for its turn. */
export function resumedDelivery(
  lastSequence: number,
  deletedTo: number,
  ack: PublisherAck | null,
  nowMs: number,
): DeliveryState {
  const empty: DeliveryState = {
    frontier: 0,
    ack: withDeleted(ack ?? NOTHING_ACKNOWLEDGED, deletedTo),
    segments: [],
    acknowledgedSending: 0,
    likelySending: 0,
    movedAtMs: nowMs,
    takenBackSinceMs: null,
    probes: 0,
  };
  return queueUpTo(empty, lastSequence, nowMs);
}

export const newDelivery = (nowMs: number): DeliveryState =>
  resumedDelivery(0, 0, NOTHING_ACKNOWLEDGED, nowMs);

/** All fresh events up to `lastSequence` become backlog, which is sent through the window. */
export function queueUpTo(state: DeliveryState, lastSequence: number, nowMs: number): DeliveryState {
  if (lastSequence <= state.frontier) return state;
  const next = { ...state, frontier: lastSequence };
  const ranges = unacknowledged(state.ack, lastSequence).flatMap(([from, to]) =>
    to > state.frontier ? [[Math.max(from, state.frontier + 1), to] as const] : [],
  );
  return { ...next, segments: queueRanges(state.segments, ranges, nowMs) };
}

/** Each sending looks at all of them. */
const SEGMENTS_MAX = 2_000;

/** How the sending of a range went. */
export type SendingOutcome = 'streamed' | 'published';

export interface Sending {
  readonly from: number;
  readonly to: number;
  readonly number: number;
  readonly outcome: SendingOutcome;
  readonly late: boolean;
  /** What is `published` is not offered to the stream again before this. */
  readonly dueMs: number;
}

export function recordSending(state: DeliveryState, sending: Sending, nowMs: number): DeliveryState {
  const { from, to } = sending;
  const nothingWaited = !state.segments.some((segment) => segment.phase === 'streamed');
  const earlier = state.segments.find((segment) => segment.from <= from && from <= segment.to);
  const segment: Segment = {
    from,
    to,
    phase: sending.outcome,
    late: sending.late,
    // What the stream refused is known to have come to nothing: nobody has to wait the longer for it.
    tries: sending.outcome === 'published' ? Math.max(1, earlier?.tries ?? 0) : 1 + (earlier?.tries ?? 0),
    sentAtMs: nowMs,
    sending: sending.number,
    firstSending: earlier?.firstSending || sending.number,
    passedAtMs: null,
    dueMs: sending.outcome === 'published' ? sending.dueMs : 0,
  };
  const next = {
    ...state,
    frontier: Math.max(state.frontier, to),
    movedAtMs: nothingWaited ? nowMs : state.movedAtMs,
    segments: withSegment(state.segments, segment),
  };
  // An acknowledgement may have overtaken the answer to this sending.
  const segments = withoutRanges(next.segments, acknowledgedRanges(state.ack));
  return { ...next, segments: segments.length > SEGMENTS_MAX ? coarsened(segments) : segments };
}

/**
 * How long an acknowledgement must keep saying less than before until it is believed: two replicas may write theirs
 * in the wrong order, and the next one puts that right.
 */
export const TAKEN_BACK_SETTLE_MS = 2_000;

export type AckVerdict =
  | { readonly kind: 'applied'; readonly state: DeliveryState; readonly takenBack: SequenceRanges }
  /** The database holds more than was ever given a sequence here: somebody else uses this publisher_id. */
  | { readonly kind: 'beyond' };

export function applyAck(
  state: DeliveryState,
  given: PublisherAck,
  log: { readonly lastSequence: number; readonly deletedTo: number },
  nowMs: number,
): AckVerdict {
  if (given.highest > log.lastSequence) return { kind: 'beyond' };
  const ack = withDeleted(given, log.deletedTo);
  const back = takenBack(state.ack, ack);
  if (back.length > 0) {
    const since = state.takenBackSinceMs ?? nowMs;
    if (nowMs - since < TAKEN_BACK_SETTLE_MS) {
      return { kind: 'applied', state: { ...state, takenBackSinceMs: since }, takenBack: [] };
    }
  }
  // A sequence beyond the frontier that is acknowledged all the same leaves none below it unaccounted for.
  const taken = queueUpTo(state, ack.highest, nowMs);
  const segments = withoutRanges(queueRanges(taken.segments, back, nowMs), acknowledgedRanges(ack));
  const gained = takenBack(ack, state.ack).length > 0;
  const arrived = arrivedSegments(state.segments, ack);
  const acknowledgedSending = arrived.reduce(
    (highest, { firstSending }) => Math.max(highest, firstSending),
    state.acknowledgedSending,
  );
  const likelySending = arrived.reduce(
    (highest, { sending }) => Math.max(highest, sending),
    state.likelySending,
  );
  const next: DeliveryState = {
    ...taken,
    ack,
    acknowledgedSending,
    likelySending,
    takenBackSinceMs: null,
    movedAtMs: gained ? nowMs : state.movedAtMs,
    probes: gained ? 0 : state.probes,
    segments: segments.map((segment) =>
      segment.phase === 'streamed' && segment.passedAtMs === null && segment.sending < acknowledgedSending
        ? { ...segment, passedAtMs: nowMs }
        : segment,
    ),
  };
  return { kind: 'applied', state: next, takenBack: back };
}

/**
 * What is deleted here was acknowledged once and cannot be sent again: nobody is to wait for it. Where the database
 * has lost it, the hole shows there.
 */
function withDeleted(ack: PublisherAck, deletedTo: number): PublisherAck {
  if (ack.low_water >= deletedTo) return ack;
  const missing = subtractRanges(unacknowledged(ack, ack.highest), [[1, deletedTo]]);
  const highest = Math.max(ack.highest, deletedTo);
  return { low_water: (missing[0]?.[0] ?? highest + 1) - 1, missing, highest };
}

/** The ranges become `queued`, due at `dueMs`; how often they were tried is kept. */
export function queueRanges(segments: Segments, ranges: SequenceRanges, dueMs: number): Segments {
  let next = segments;
  for (const [from, to] of ranges) {
    const earlier = segments.find((segment) => segment.from <= to && segment.to >= from);
    next = withSegment(next, {
      from,
      to,
      phase: 'queued',
      late: true,
      tries: earlier?.tries ?? 0,
      sentAtMs: 0,
      sending: 0,
      firstSending: earlier?.firstSending ?? 0,
      passedAtMs: null,
      dueMs,
    });
  }
  return next;
}

/** What is acknowledged, as ranges. */
function acknowledgedRanges(ack: PublisherAck): SequenceRanges {
  if (ack.highest === 0) return [];
  return subtractRanges([[1, ack.highest]], unacknowledged(ack, ack.highest));
}

/** Those of which something is acknowledged. */
function arrivedSegments(segments: Segments, ack: PublisherAck): Segments {
  const acknowledged = acknowledgedRanges(ack);
  return segments.filter(
    ({ phase, from, to }) =>
      phase === 'streamed' && acknowledged.some((range) => range[0] <= to && range[1] >= from),
  );
}
