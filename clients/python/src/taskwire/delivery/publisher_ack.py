"""What the database holds of one publisher, as the listeners say it."""

import json
from typing import List, NamedTuple, Optional, Tuple

from .segments import SequenceRanges


class PublisherAck(NamedTuple):
    """Every sequence from 1 to ``low_water`` is committed. ``missing``: ranges above it that are not committed while
    something higher is. ``highest``: the highest committed sequence.
    """

    low_water: int
    missing: Tuple[Tuple[int, int], ...]
    highest: int

    def to_json(self) -> str:
        missing = [list(ranges) for ranges in self.missing]
        return json.dumps({"low_water": self.low_water, "missing": missing, "highest": self.highest})


#: What is known before any acknowledgement came.
NOTHING_ACKNOWLEDGED = PublisherAck(0, (), 0)


def parse_publisher_ack(text: str) -> Optional[PublisherAck]:
    """Reads an acknowledgement. None for anything that is not one: it then says nothing."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    low_water, highest, missing = _sequence(value.get("low_water")), _sequence(value.get("highest")), value.get("missing")
    if low_water is None or highest is None or low_water > highest or not isinstance(missing, list):
        return None
    ranges: List[Tuple[int, int]] = []
    previous = low_water
    for pair in missing:
        if not isinstance(pair, list) or len(pair) != 2:
            return None
        first, last = map(_sequence, pair)
        if first is None or last is None or first <= previous or last < first or last > highest:
            return None
        ranges.append((first, last))
        previous = last
    return PublisherAck(low_water, tuple(ranges), highest)


def _sequence(value: object) -> Optional[int]:
    is_one = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2**53 - 1
    return value if is_one else None  # type: ignore[return-value]


def unacknowledged(ack: PublisherAck, last: int) -> SequenceRanges:
    """The sequences from 1 to ``last`` that the database does not hold."""
    ranges: List[Tuple[int, int]] = []
    for first, end in ack.missing:
        if first > last:
            return ranges
        ranges.append((first, min(end, last)))
    if ack.highest < last:
        if ranges and ranges[-1][1] == ack.highest:
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((ack.highest + 1, last))
    return ranges


def count_unacknowledged(ack: PublisherAck, last: int) -> int:
    return sum(end - first + 1 for first, end in unacknowledged(ack, last))


def acknowledged_ranges(ack: PublisherAck) -> SequenceRanges:
    """What is acknowledged, as ranges."""
    return [] if ack.highest == 0 else subtract_ranges([(1, ack.highest)], unacknowledged(ack, ack.highest))


def subtract_ranges(a: SequenceRanges, b: SequenceRanges) -> SequenceRanges:
    """a without b; both sorted and disjoint."""
    result: List[Tuple[int, int]] = []
    at = 0
    for first, last in a:
        start = first
        while at < len(b) and b[at][1] < start:
            at += 1
        for cut_first, cut_last in b[at:]:
            if cut_first > last:
                break
            if cut_first > start:
                result.append((start, cut_first - 1))
            start = max(start, cut_last + 1)
        if start <= last:
            result.append((start, last))
    return result


def taken_back(before: PublisherAck, after: PublisherAck) -> SequenceRanges:
    """What ``before`` acknowledged and ``after`` does not: the database went back."""
    return subtract_ranges(unacknowledged(after, before.highest), unacknowledged(before, before.highest))


def with_deleted(ack: PublisherAck, deleted_to: int) -> PublisherAck:
    """What is deleted here was acknowledged once and cannot be sent again: nobody is to wait for it. Where the database
    has lost it, the hole shows there.
    """
    if ack.low_water >= deleted_to:
        return ack
    missing = tuple(subtract_ranges(unacknowledged(ack, ack.highest), [(1, deleted_to)]))
    highest = max(ack.highest, deleted_to)
    return PublisherAck((missing[0][0] if missing else highest + 1) - 1, missing, highest)
