"""The events of one publisher, wherever they are kept."""

from typing import List, NamedTuple, Optional

from ..delivery.publisher_ack import PublisherAck


class StoredEvent(NamedTuple):
    """An event as it waits: the JSON that goes out, and what travels beside it."""

    sequence: int
    event_id: str
    payload: str


class ReadLimits(NamedTuple):
    """How much one reading may return; it always returns the first event, however large."""

    events_max: int
    bytes_max: int


class EventLog:
    """Sequences 1 to ``last_sequence`` without holes, of which those up to ``deleted_to`` are gone. Two kinds keep them:
    the outbox file, and memory while there is no usable file.
    """

    publisher_id: str
    last_sequence: int
    deleted_to: int
    #: Whether new events may still come under this publisher_id.
    open: bool
    #: Events in the middle of it are gone, as in an older copy beside newer events: no acknowledgement will ever cover it.
    has_hole: bool = False
    #: Whether this process may declare that nothing more will come: false for the log of a copied file.
    closable: bool
    #: What the database held of it when last heard of; None before that.
    ack: Optional[PublisherAck]

    def save_ack(self, ack: PublisherAck) -> None:
        raise NotImplementedError

    def read(self, first: int, last: int, limits: ReadLimits) -> List[StoredEvent]:
        """Ascending from ``first``, at most to ``last``. Events that are gone are left out."""
        raise NotImplementedError

    def delete_to(self, sequence: int, events_max: int) -> int:
        """Forgets the events up to ``sequence``, at most ``events_max`` of them.

        :returns: how many it was
        """
        raise NotImplementedError


def up_to_hole(events: List[StoredEvent]) -> List[StoredEvent]:
    """Those before the first hole: of events that are sent together only the first one's sequence is said."""
    for place, event in enumerate(events):
        if event.sequence != events[0].sequence + place:
            return events[:place]
    return events
