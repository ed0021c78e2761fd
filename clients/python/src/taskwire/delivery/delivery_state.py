"""What is known of the way of one publisher's events. Pure data; every function here gives the next state."""

from typing import List, NamedTuple, Optional

from .publisher_ack import (
    NOTHING_ACKNOWLEDGED,
    PublisherAck,
    acknowledged_ranges,
    taken_back,
    unacknowledged,
    with_deleted,
)
from .segments import (
    PUBLISHED,
    QUEUED,
    STREAMED,
    Segment,
    Segments,
    SequenceRanges,
    coarsened,
    with_segment,
    without_ranges,
)

#: Each sending looks at all of them.
_SEGMENTS_MAX = 2_000

#: How long an acknowledgement must keep saying less than before until it is believed: two replicas may write theirs in
#: the wrong order, and the next one puts that right.
TAKEN_BACK_SETTLE_MS = 2_000


class DeliveryState(NamedTuple):
    """The life of an event: beyond ``frontier`` (fresh: nobody has tried yet), sent, ``streamed``, acknowledged. What was
    left behind while Redis was away is ``queued`` first; what is taken for lost is ``queued`` again (see resend_rules);
    what the stream refused is ``published``.

    Invariant: every sequence from 1 to ``frontier`` is either acknowledged by ``ack`` or in exactly one segment.
    """

    frontier: int
    ack: PublisherAck
    segments: Segments
    #: The highest sending of which something is known to have arrived. The stream is read in order: earlier ones were passed.
    acknowledged_sending: int
    #: The same where a copy may have arrived, or the original, much earlier: it says something once nothing moves any more.
    likely_sending: int
    #: When an acknowledgement last brought something new, or anything was first sent after none was waiting.
    moved_at_ms: float
    #: Since when acknowledgements say less than before; None while they do not.
    taken_back_since_ms: Optional[float]
    #: Probing copies sent since anything moved.
    probes: int


def resumed_delivery(
    last_sequence: int, deleted_to: int, ack: Optional[PublisherAck], now_ms: float
) -> DeliveryState:
    """Events of an earlier life of this file: all that is not acknowledged waits for its turn."""
    known = with_deleted(ack or NOTHING_ACKNOWLEDGED, deleted_to)
    empty = DeliveryState(0, known, (), 0, 0, now_ms, None, 0)
    return queue_up_to(empty, last_sequence, now_ms)


def new_delivery(now_ms: float) -> DeliveryState:
    return resumed_delivery(0, 0, None, now_ms)


def queue_up_to(state: DeliveryState, last_sequence: int, now_ms: float) -> DeliveryState:
    """All fresh events up to ``last_sequence`` become backlog, which is sent through the window."""
    if last_sequence <= state.frontier:
        return state
    ranges = [
        (max(first, state.frontier + 1), last)
        for first, last in unacknowledged(state.ack, last_sequence)
        if last > state.frontier
    ]
    return state._replace(frontier=last_sequence, segments=queue_ranges(state.segments, ranges, now_ms))


class Sending(NamedTuple):
    """How the sending of a range went: ``outcome`` is STREAMED or PUBLISHED."""

    first: int
    last: int
    number: int
    outcome: str
    late: bool


def record_sending(state: DeliveryState, sending: Sending, now_ms: float) -> DeliveryState:
    nothing_waited = not any(segment.phase == STREAMED for segment in state.segments)
    earlier = next((each for each in state.segments if each.first <= sending.first <= each.last), None)
    tried = earlier.tries if earlier else 0
    segment = Segment(
        first=sending.first,
        last=sending.last,
        phase=sending.outcome,
        late=sending.late,
        # What the stream refused is known to have come to nothing: nobody has to wait the longer for it.
        tries=max(1, tried) if sending.outcome == PUBLISHED else 1 + tried,
        sent_at_ms=now_ms,
        sending=sending.number,
        first_sending=(earlier.first_sending if earlier else 0) or sending.number,
        passed_at_ms=None,
        due_ms=0,
    )
    # An acknowledgement may have overtaken the answer to this sending.
    segments = without_ranges(with_segment(state.segments, segment), acknowledged_ranges(state.ack))
    return state._replace(
        frontier=max(state.frontier, sending.last),
        moved_at_ms=now_ms if nothing_waited else state.moved_at_ms,
        segments=coarsened(segments) if len(segments) > _SEGMENTS_MAX else segments,
    )


class AckVerdict(NamedTuple):
    """``beyond``: the database holds more than was ever given a sequence here; somebody else uses this publisher_id."""

    beyond: bool
    state: DeliveryState
    taken_back: SequenceRanges


def apply_ack(
    state: DeliveryState, given: PublisherAck, last_sequence: int, deleted_to: int, now_ms: float
) -> AckVerdict:
    if given.highest > last_sequence:
        return AckVerdict(True, state, [])
    ack = with_deleted(given, deleted_to)
    back = taken_back(state.ack, ack)
    if back:
        since = now_ms if state.taken_back_since_ms is None else state.taken_back_since_ms
        if now_ms - since < TAKEN_BACK_SETTLE_MS:
            return AckVerdict(False, state._replace(taken_back_since_ms=since), [])
    # A sequence beyond the frontier that is acknowledged all the same leaves none below it unaccounted for.
    taken = queue_up_to(state, ack.highest, now_ms)
    segments = without_ranges(queue_ranges(taken.segments, back, now_ms), acknowledged_ranges(ack))
    gained = bool(taken_back(ack, state.ack))
    arrived = _arrived_segments(state.segments, ack)
    acknowledged_sending = max([state.acknowledged_sending, *(each.first_sending for each in arrived)])
    return AckVerdict(
        False,
        taken._replace(
            ack=ack,
            acknowledged_sending=acknowledged_sending,
            likely_sending=max([state.likely_sending, *(each.sending for each in arrived)]),
            taken_back_since_ms=None,
            moved_at_ms=now_ms if gained else state.moved_at_ms,
            probes=0 if gained else state.probes,
            segments=tuple(
                segment._replace(passed_at_ms=now_ms)
                if segment.phase == STREAMED
                and segment.passed_at_ms is None
                and segment.sending < acknowledged_sending
                else segment
                for segment in segments
            ),
        ),
        back,
    )


def queue_ranges(segments: Segments, ranges: SequenceRanges, due_ms: float) -> Segments:
    """The ranges become ``queued``, due at ``due_ms``; how often they were tried is kept."""
    for first, last in ranges:
        earlier = next((each for each in segments if each.first <= last and each.last >= first), None)
        queued = Segment(
            first=first,
            last=last,
            phase=QUEUED,
            late=True,
            tries=earlier.tries if earlier else 0,
            sent_at_ms=0,
            sending=0,
            first_sending=earlier.first_sending if earlier else 0,
            passed_at_ms=None,
            due_ms=due_ms,
        )
        segments = with_segment(segments, queued)
    return segments


def _arrived_segments(segments: Segments, ack: PublisherAck) -> List[Segment]:
    """Those of which something is acknowledged."""
    acknowledged = acknowledged_ranges(ack)
    return [
        each
        for each in segments
        if each.phase == STREAMED and any(first <= each.last and last >= each.first for first, last in acknowledged)
    ]
