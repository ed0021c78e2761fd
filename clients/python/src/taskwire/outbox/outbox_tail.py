"""What a notifier for Node left in the tail of an outbox, its newest events in a file beside the database. This client
writes each event into the database and has none of its own.
"""

import contextlib
import os
import shutil
from typing import List, NamedTuple, Optional

from .event_log import StoredEvent
from .event_records import RecordDamagedError, read_record, record_end
from .set_aside import path_aside

#: Zeros behind the last record.
_END = bytes(4)


class OutboxTail(NamedTuple):
    """The first record of the file says whose it is: the publisher_id in the place of an event_id, the base_id in that of
    the sequence.
    """

    publisher_id: str
    base_id: int
    #: Their sequences follow each other.
    events: List[StoredEvent]
    #: The same as bytes.
    records: bytes
    #: Behind the last event, at ``end``, is something that is neither an event nor the end.
    damaged: bool
    end: int

    @property
    def last_sequence(self) -> int:
        return self.events[-1].sequence if self.events else 0


def read_tail(outbox_file: str) -> Optional[OutboxTail]:
    """:returns: None where there is none. :raises OSError:"""
    try:
        with open(_file_of(outbox_file), "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return None
    owner = _record_at(content, 0)
    begin = end = (record_end(content, 0) or 0) if owner else 0
    events: List[StoredEvent] = []
    event = _record_at(content, end) if owner else None
    while event is not None and (not events or event.sequence == events[-1].sequence + 1):
        events.append(event)
        end = record_end(content, end) or end
        event = _record_at(content, end)
    # A process that is killed as it begins one leaves an empty file.
    damaged = len(content) > 0 and content[end : end + len(_END)] != _END
    publisher_id, base_id = (owner.event_id, owner.sequence) if owner else ("", 0)
    return OutboxTail(publisher_id, base_id, events, content[begin:end], damaged, end)


def _record_at(content: bytes, at: int) -> Optional[StoredEvent]:
    end = record_end(content, at)
    try:
        return None if end is None else read_record(content, at, end)
    except RecordDamagedError:
        return None


def set_aside_damage(outbox_file: str, tail: OutboxTail, now_us: int) -> Optional[str]:
    """Cuts off what is damaged and keeps a copy of all of it.

    :returns: where the copy is; None where the disk takes none, and then nothing is cut off
    """
    file = _file_of(outbox_file)
    aside = path_aside(file, now_us)
    try:
        shutil.copyfile(file, aside)
        with open(file, "r+b") as opened:
            opened.truncate(tail.end if tail.events else 0)
            if tail.events:
                opened.truncate(tail.end + len(_END))
        return aside
    except OSError:
        _remove_quietly(aside)
        return None


def set_aside_tail(outbox_file: str, now_us: int) -> str:
    """Puts all of it aside.

    :returns: where it is
    :raises OSError:
    """
    file = _file_of(outbox_file)
    aside = path_aside(file, now_us)
    os.rename(file, aside)
    return aside


def remove_tail(outbox_file: str) -> None:
    """Where its events are elsewhere. What cannot be removed is found to be in the database by whoever reads it."""
    _remove_quietly(_file_of(outbox_file))


def _remove_quietly(file: str) -> None:
    with contextlib.suppress(OSError):
        os.remove(file)


def _file_of(outbox_file: str) -> str:
    # As SQLite does with its log: a file has one tail, by whatever name it is opened.
    return f"{os.path.realpath(outbox_file)}-tail"
