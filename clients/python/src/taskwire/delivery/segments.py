"""Ranges of sequences of one publisher that went the same way at the same time."""

from typing import List, NamedTuple, Optional, Sequence, Tuple

#: Ranges [from, to], both inclusive: sorted, disjoint.
SequenceRanges = Sequence[Tuple[int, int]]

QUEUED = "queued"
STREAMED = "streamed"
PUBLISHED = "published"


class Segment(NamedTuple):
    """``queued``: to be put into the stream when ``due_ms`` has come. ``streamed``: in the stream, as far as Redis
    answered; not acknowledged yet. ``published``: the stream refused it, the channel has had it; to be put into the
    stream when that accepts again.
    """

    first: int
    last: int
    phase: str
    #: Counts against the window of what is sent late: backlog and copies, not fresh events.
    late: bool
    #: Times it was sent; of those that are known to have come to nothing at most one.
    tries: int
    sent_at_ms: float
    #: Number of the sending, ascending within the process; 0 for what was never sent.
    sending: int
    #: The earliest sending that may have brought any of it: all that its acknowledgement proves. 0 for what was never sent.
    first_sending: int
    #: When an event that was sent later was acknowledged first; None while that has not happened.
    passed_at_ms: Optional[float]
    #: Not to be sent before this.
    due_ms: float

    @property
    def size(self) -> int:
        return self.last - self.first + 1


#: Sorted by sequence, disjoint.
Segments = Tuple[Segment, ...]

#: Single events sent one after the other become one segment; times are known to this accuracy.
_JOIN_WITHIN_MS = 250


def without_ranges(segments: Segments, ranges: SequenceRanges) -> Segments:
    """``segments`` without these ranges; a segment that is cut in two becomes two."""
    if not ranges or not segments:
        return segments
    kept: List[Segment] = []
    at = 0
    for segment in segments:
        start = segment.first
        while at < len(ranges) and ranges[at][1] < start:
            at += 1
        for first, last in ranges[at:]:
            if first > segment.last or start > segment.last:
                break
            if first > start:
                kept.append(segment._replace(first=start, last=first - 1))
            start = max(start, last + 1)
        if start <= segment.last:
            kept.append(segment if start == segment.first else segment._replace(first=start))
    return tuple(kept)


def with_segment(segments: Segments, segment: Segment) -> Segments:
    """``segments`` with this one in the place of whatever covered its range."""
    last = segments[-1] if segments else None
    if last is None or last.last < segment.first:
        if last is not None and _same_way(last, segment):
            return segments[:-1] + (_join(last, segment),)
        return segments + (segment,)
    kept = without_ranges(segments, [(segment.first, segment.last)])
    index = next((at for at, other in enumerate(kept) if other.first > segment.last), len(kept))
    return kept[:index] + (segment,) + kept[index:]


def coarsened(segments: Segments) -> Segments:
    """The same with neighbours of one phase joined two by two. While a database is away for a day, segments would number
    hundreds of thousands; all that is lost is how exactly it is known when each event was sent.
    """
    joined: List[Segment] = []
    previous_is_pair = False
    for segment in segments:
        last = joined[-1] if joined else None
        if last is not None and not previous_is_pair and _are_neighbours(last, segment):
            joined[-1] = _latest(last, segment)
            previous_is_pair = True
        else:
            joined.append(segment)
            previous_is_pair = False
    return tuple(joined)


def _same_way(a: Segment, b: Segment) -> bool:
    return (
        a.last + 1 == b.first
        and (a.phase, a.late, a.tries, a.passed_at_ms, a.due_ms) == (b.phase, b.late, b.tries, b.passed_at_ms, b.due_ms)
        and abs(b.sent_at_ms - a.sent_at_ms) <= _JOIN_WITHIN_MS
    )


def _join(a: Segment, b: Segment) -> Segment:
    """Neighbours that came by several sendings: both ends of those are kept, so that nothing is proven by halves."""
    return a._replace(
        last=b.last,
        sending=max(a.sending, b.sending),
        first_sending=min(a.first_sending, b.first_sending),
    )


def _are_neighbours(a: Segment, b: Segment) -> bool:
    return a.last + 1 == b.first and a.phase == b.phase and a.late == b.late


def _latest(a: Segment, b: Segment) -> Segment:
    passed = None if a.passed_at_ms is None or b.passed_at_ms is None else max(a.passed_at_ms, b.passed_at_ms)
    return _join(a, b)._replace(
        tries=max(a.tries, b.tries),
        sent_at_ms=max(a.sent_at_ms, b.sent_at_ms),
        passed_at_ms=passed,
        due_ms=max(a.due_ms, b.due_ms),
    )
