"""What a damaged log still gives."""

import json
from typing import List, NamedTuple, Optional

from .event_log import EventLog, ReadLimits, StoredEvent

_CHUNK = 64
_CHUNK_LIMITS = ReadLimits(_CHUNK, 2**53)


class Salvaged(NamedTuple):
    events: List[StoredEvent]
    #: How many could not be read.
    unreadable: int


def salvage(log: EventLog) -> Salvaged:
    """Reads what can be read of a log in a corrupt file, in chunks and, where a chunk fails, one by one: a damaged page
    takes some events with it, not all. Done once, before the file is set aside.
    """
    events: List[StoredEvent] = []
    first = max(log.deleted_to, log.ack.low_water if log.ack else 0) + 1
    for start in range(first, log.last_sequence + 1, _CHUNK):
        end = min(log.last_sequence, start + _CHUNK - 1)
        chunk = _try_read(log, start, end)
        if chunk is not None:
            events.extend(chunk)
            continue
        for sequence in range(start, end + 1):
            events.extend(_try_read(log, sequence, sequence) or [])
    return Salvaged(events, max(0, log.last_sequence - first + 1) - len(events))


def _try_read(log: EventLog, first: int, last: int) -> Optional[List[StoredEvent]]:
    try:
        return [event for event in log.read(first, last, _CHUNK_LIMITS) if _is_whole(event)]
    except Exception:
        return None


def _is_whole(event: StoredEvent) -> bool:
    """Random bytes where a text was may still be a text."""
    try:
        return bool(json.loads(event.payload)["event_id"] == event.event_id)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
