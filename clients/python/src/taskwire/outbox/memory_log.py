"""Where events wait while there is no usable outbox file."""

from collections import deque
from itertools import islice
from typing import Deque, List, Optional

from ..delivery.publisher_ack import PublisherAck
from ..event.event_builder import BuildEvent
from .event_log import EventLog, ReadLimits, StoredEvent

#: Enough for a Redis that is away for some seconds under an ordinary load, and small beside any worker.
_EVENTS_MAX = 20_000
_BYTES_MAX = 16 * 1024 * 1024


class MemoryLog(EventLog):
    """Bounded by count and bytes, lost with the process."""

    def __init__(self, publisher_id: str) -> None:
        self.publisher_id = publisher_id
        self.deleted_to = 0
        self.last_sequence = 0
        self.open = True
        self.closable = True
        self.ack: Optional[PublisherAck] = None
        self._events: Deque[StoredEvent] = deque()
        self._bytes = 0

    def append(self, build: BuildEvent) -> Optional[StoredEvent]:
        """:returns: None where it is full"""
        if self.ratio >= 1:
            return None
        sequence = self.last_sequence + 1
        stored = StoredEvent(sequence, *build(self.publisher_id, sequence))
        self._events.append(stored)
        self.last_sequence = sequence
        self._bytes += len(stored.payload)
        return stored

    def end(self) -> None:
        """No new events from now on."""
        self.open = False

    def save_ack(self, ack: PublisherAck) -> None:
        self.ack = ack

    def read(self, first: int, last: int, limits: ReadLimits) -> List[StoredEvent]:
        start = max(0, first - self.deleted_to - 1)
        chosen: List[StoredEvent] = []
        size = 0
        for event in islice(self._events, start, max(start, last - self.deleted_to)):
            size += len(event.payload)
            if len(chosen) >= limits.events_max or (chosen and size > limits.bytes_max):
                break
            chosen.append(event)
        return chosen

    def delete_to(self, sequence: int, events_max: int) -> int:
        count = min(sequence - self.deleted_to, events_max, len(self._events))
        for _ in range(max(0, count)):
            self._bytes -= len(self._events.popleft().payload)
        self.deleted_to += max(0, count)
        return max(0, count)

    @property
    def ratio(self) -> float:
        """How full it is, 0 to 1."""
        return max(len(self._events) / _EVENTS_MAX, self._bytes / _BYTES_MAX)
