"""What an operator wants to know of a worker's events."""

from typing import NamedTuple, Optional


class NotifierStatus(NamedTuple):
    enabled: bool
    #: ``stream``, ``second_lane`` or ``holding``; ``holding`` also before the start and after the stop.
    lane: str
    #: Why it is not the stream, in words; None where it is.
    lane_problem: Optional[str]
    #: None before the first event.
    publisher_id: Optional[str]
    outbox_file: Optional[str]
    #: Bytes in use in the outbox files of this process.
    outbox_bytes: int
    #: Why new events are not on disk, in words; None where they are.
    outbox_problem: Optional[str]
    #: Events that the database has not acknowledged.
    unacknowledged: int
    oldest_unacknowledged_ms: int
    #: Progress events that were dropped for want of room.
    dropped_progress: int
