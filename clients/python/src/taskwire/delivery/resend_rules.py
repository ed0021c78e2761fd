"""When an event that was sent and is not acknowledged is taken for lost.

Slow is not lost: an event that waits in the stream behind a backlog, or for a database that is away, must not be sent
again and again. So there has to be evidence, in the order of how good it is:

1. Redis forgot. Each sending leaves its number in Redis, in the same step as the events. A number lower than the last
   that Redis confirmed means that it was emptied, restarted or failed over without its last writes: what was sent after
   that number is gone. Sent again at once, and not counted as a try: a Redis that comes and goes would otherwise have
   the next loss wait for minutes.
2. It was passed. The stream is read in order, so where an event of a later sending is acknowledged, one of an earlier
   sending is held up (a consumer died with it) or gone. Sent again after 1.5 to 3 s, then with back-off.
3. It seems to have been passed, and nothing has moved for 1.5 to 3 s: a copy that was sent later is acknowledged, though
   that may have been the doing of its original; or the stream is empty, though the last acknowledgements may be on their
   way. While acknowledgements come, a backlog is being worked off, and taking the first copies of it for proof would send
   all the rest again.
4. Nothing moved for 30 s. A single event is sent as a probe, then with back-off: where it is acknowledged, rule 3 finds
   the rest.
"""

from typing import NamedTuple, Optional, Sequence

from ..protocol.backoff import BackoffPolicy, backoff_ms
from .delivery_state import DeliveryState, queue_ranges
from .segments import PUBLISHED, QUEUED, STREAMED, Segment, Segments

_RESEND_BACKOFF = BackoffPolicy(first_ms=3_000, factor=2, max_ms=300_000)
_PROBE_BACKOFF = BackoffPolicy(first_ms=30_000, factor=2, max_ms=600_000)

#: Copies after a loss are spread over this time, so that a thousand workers do not send theirs in one instant.
_LOSS_JITTER_MS = 300

#: So many late events (backlog and copies) of one process may be under way without an acknowledgement. Large enough for
#: tens of thousands a second at the latency of an acknowledgement; small enough that fifty workers that come back put no
#: more than some seconds of work into the stream before everybody's fresh events.
LATE_EVENTS_MAX = 1_000


def resend_forgotten(state: DeliveryState, kept: int, now_ms: float, random: float) -> DeliveryState:
    """Rule 1. ``kept``: the number that Redis holds; 0 where it holds none. Sendings above it are gone."""

    def is_lost(segment: Segment) -> bool:
        return segment.phase == STREAMED and segment.sending > kept

    segments = tuple(
        each._replace(tries=max(1, each.tries - 1)) if is_lost(each) else each for each in state.segments
    )
    lost = [each for each in segments if is_lost(each)]
    return _queue_segments(state._replace(segments=segments), lost, now_ms + round(_LOSS_JITTER_MS * random))


def resend_overdue(state: DeliveryState, stream_is_empty: bool, now_ms: float, random: float) -> DeliveryState:
    """Rules 2 to 4, as time goes by."""
    waiting = [each for each in state.segments if each.phase == STREAMED]
    if not waiting:
        return state
    overdue = [each for each in waiting if _is_overdue(each, state, stream_is_empty, now_ms, random)]
    if overdue:
        return _queue_segments(state, overdue, now_ms)
    quiet_ms = now_ms - state.moved_at_ms
    if quiet_ms < backoff_ms(_PROBE_BACKOFF, state.probes + 1, random):
        return state
    first = waiting[0].first
    probe = queue_ranges(state.segments, [(first, first)], now_ms)
    return state._replace(segments=probe, moved_at_ms=now_ms, probes=state.probes + 1)


def _is_overdue(
    segment: Segment, state: DeliveryState, stream_is_empty: bool, now_ms: float, random: float
) -> bool:
    if segment.passed_at_ms is not None:
        since = max(segment.passed_at_ms, segment.sent_at_ms)
    elif stream_is_empty or segment.sending < state.likely_sending:
        since = max(state.moved_at_ms, segment.sent_at_ms)
    else:
        return False
    return now_ms - since >= backoff_ms(_RESEND_BACKOFF, segment.tries, random)


def late_under_way(segments: Segments, with_published: bool) -> int:
    """Late events that are under way; ``with_published``: also those that only the channel has had."""
    return sum(
        each.size
        for each in segments
        if each.late and (each.phase == STREAMED or (with_published and each.phase == PUBLISHED))
    )


class Admission(NamedTuple):
    """What may be sent late now. ``queued``: there is room in the window. ``published``: what the stream has refused may
    be offered to it again; that needs no room, since it is waiting already.
    """

    queued: bool
    published: bool


def next_due(segments: Segments, admission: Admission, now_ms: float) -> Optional[Segment]:
    """The next late range that may be sent now; None where nothing is due."""
    for each in segments:
        admitted = (each.phase == QUEUED and admission.queued) or (each.phase == PUBLISHED and admission.published)
        if admitted and each.due_ms <= now_ms:
            return each
    return None


def _queue_segments(state: DeliveryState, segments: Sequence[Segment], due_ms: float) -> DeliveryState:
    if not segments:
        return state
    ranges = [(each.first, each.last) for each in segments]
    return state._replace(segments=queue_ranges(state.segments, ranges, due_ms))
