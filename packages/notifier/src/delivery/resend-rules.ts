import { type BackoffPolicy, backoffMs } from '@taskwire/protocol';
import { type DeliveryState, queueRanges } from './delivery-state.ts';
import { type Segment, type Segments, segmentSize } from './segments.ts';

/**
 * When an event that was sent and is not acknowledged is taken for lost. Slow is not lost: an event that waits in the
 * stream behind a backlog, or for a database that is away, must not be sent again and again. So there has to be
 * evidence, in the order of how good it is:
 *
 * 1. **Redis forgot.** Each sending leaves its number in Redis, in the same step as the events. A number lower than
 *    the last that Redis confirmed means that it was emptied, restarted or failed over without its last writes: what
 *    was sent after that number is gone. Sent again at once, and not counted as a try: a Redis that comes and goes would
 *    otherwise have the next loss wait for minutes.
 * 2. **It was passed.** The stream is read in order, so where an event of a later sending is acknowledged, one of an
 *    earlier sending is held up (a consumer died with it) or gone. Sent again after 1.5 to 3 s, then with back-off.
 * 3. **It seems to have been passed**, and nothing has moved for 1.5 to 3 s: a copy that was sent later is acknowledged,
 *    though that may have been the doing of its original; or the stream is empty, though the last acknowledgements may
 *    be on their way. While acknowledgements come, a backlog is being worked off, and taking the first copies of it for
 *    proof would send all the rest again.
 * 4. **Nothing moved for 30 s.** A single event is sent as a probe, then with back-off: where it is acknowledged,
 *    rule 3 finds the rest.
 */
const RESEND_BACKOFF: BackoffPolicy = { firstMs: 3_000, factor: 2, maxMs: 300_000 };
const PROBE_BACKOFF: BackoffPolicy = { firstMs: 30_000, factor: 2, maxMs: 600_000 };

/** Copies after a loss are spread over this time, so that a thousand workers do not send theirs in one instant. */
const LOSS_JITTER_MS = 300;

/**
 * So many late events (backlog and copies) of one process may be under way without an acknowledgement. Large enough
 * for tens of thousands a second at the latency of an acknowledgement; small enough that fifty workers that come back
 * put no more than some seconds of work into the stream before everybody's fresh events.
 */
export const LATE_EVENTS_MAX = 1_000;

/** Rule 1. `kept`: the number that Redis holds; 0 where it holds none. Sendings above it are gone. */
export function resendForgotten(
  state: DeliveryState,
  kept: number,
  nowMs: number,
  random: number,
): DeliveryState {
  const isLost = ({ phase, sending }: Segment) => phase === 'streamed' && sending > kept;
  const segments = state.segments.map((segment) =>
    isLost(segment) ? { ...segment, tries: Math.max(1, segment.tries - 1) } : segment,
  );
  return queueSegments(
    { ...state, segments },
    segments.filter(isLost),
    nowMs + Math.round(LOSS_JITTER_MS * random),
  );
}

/** Rules 2 to 4, as time goes by. */
export function resendOverdue(
  state: DeliveryState,
  observed: { readonly streamIsEmpty: boolean },
  nowMs: number,
  random: number,
): DeliveryState {
  const waiting = state.segments.filter((segment) => segment.phase === 'streamed');
  if (waiting.length === 0) return state;
  const overdue = waiting.filter((segment) => {
    const since =
      segment.passedAtMs !== null
        ? Math.max(segment.passedAtMs, segment.sentAtMs)
        : observed.streamIsEmpty || segment.sending < state.likelySending
          ? Math.max(state.movedAtMs, segment.sentAtMs)
          : null;
    return since !== null && nowMs - since >= backoffMs(RESEND_BACKOFF, segment.tries, random);
  });
  if (overdue.length > 0) return queueSegments(state, overdue, nowMs);
  const quietMs = nowMs - state.movedAtMs;
  const first = waiting[0];
  if (first === undefined || quietMs < backoffMs(PROBE_BACKOFF, state.probes + 1, random)) return state;
  const probe = queueRanges(state.segments, [[first.from, first.from]], nowMs);
  return { ...state, segments: probe, movedAtMs: nowMs, probes: state.probes + 1 };
}

/** Late events that are under way; `withPublished`: also those that only the channel has had. */
export const lateUnderWay = (segments: Segments, withPublished: boolean): number =>
  segments.reduce(
    (sum, segment) =>
      segment.late && (segment.phase === 'streamed' || (withPublished && segment.phase === 'published'))
        ? sum + segmentSize(segment)
        : sum,
    0,
  );

/** What may be sent late now. */
export interface Admission {
  /** There is room in the window. */
  readonly queued: boolean;
  /** What the stream has refused may be offered to it again; that needs no room, since it is waiting already. */
  readonly published: boolean;
}

/** The next late range that may be sent now; undefined where nothing is due. */
export function nextDue(segments: Segments, admission: Admission, nowMs: number): Segment | undefined {
  return segments.find(
    ({ phase, dueMs }) =>
      dueMs <= nowMs &&
      ((phase === 'queued' && admission.queued) || (phase === 'published' && admission.published)),
  );
}

const queueSegments = (state: DeliveryState, segments: Segments, dueMs: number): DeliveryState =>
  segments.length === 0
    ? state
    : {
        ...state,
        segments: queueRanges(
          state.segments,
          segments.map(({ from, to }) => [from, to] as const),
          dueMs,
        ),
      };
