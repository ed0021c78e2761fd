"""The same event under another publisher."""

from ..event.event_builder import BuildEvent, BuiltEvent
from .event_log import EventLog, StoredEvent


def moved_event(event: StoredEvent, source: EventLog) -> BuildEvent:
    """The names cannot occur before their place: within a text their quotes are escaped."""
    old = f',"publisher_id":"{source.publisher_id}","sequence":{event.sequence},'

    def build(publisher_id: str, sequence: int) -> BuiltEvent:
        new = f',"publisher_id":"{publisher_id}","sequence":{sequence},'
        return BuiltEvent(event.event_id, event.payload.replace(old, new, 1))

    return build
