"""Events as bytes, one record after the other, as an outbox keeps them. A record, all numbers little-endian:

======  =====================================
4       bytes of the whole record
2       bytes of the event_id
8       sequence, floating point
n       event_id, then payload, UTF-8
8       sequence, once more
======  =====================================

A record that a process was killed in the middle of writing does not end with its sequence.
"""

import struct
from typing import Iterator, Optional

from .event_log import StoredEvent

_HEAD = struct.Struct("<IHd")
_TRAILER = struct.Struct("<d")
_OVERHEAD_BYTES = _HEAD.size + _TRAILER.size


class RecordDamagedError(Exception):
    """Something else is where a record should be."""


def record_of(event: StoredEvent) -> bytes:
    event_id, payload = event.event_id.encode(), event.payload.encode()
    length = _OVERHEAD_BYTES + len(event_id) + len(payload)
    head = _HEAD.pack(length, len(event_id), event.sequence)
    return b"".join((head, event_id, payload, _TRAILER.pack(event.sequence)))


def record_end(records: bytes, at: int) -> Optional[int]:
    """:returns: where the record at ``at`` ends; None where there is no whole one"""
    if at + _OVERHEAD_BYTES > len(records):
        return None
    length, id_bytes, sequence = _HEAD.unpack_from(records, at)
    end = int(at + length)
    if length < _OVERHEAD_BYTES + id_bytes or end > len(records):
        return None
    return end if _TRAILER.unpack_from(records, end - _TRAILER.size) == (sequence,) else None


def read_record(records: bytes, at: int, end: int) -> StoredEvent:
    """:raises RecordDamagedError: where its texts are none"""
    _, id_bytes, sequence = _HEAD.unpack_from(records, at)
    id_end = at + _HEAD.size + id_bytes
    try:
        event_id = records[at + _HEAD.size : id_end].decode()
        return StoredEvent(int(sequence), event_id, records[id_end : end - _TRAILER.size].decode())
    except (UnicodeDecodeError, ValueError, OverflowError) as error:
        raise RecordDamagedError(f"the record at byte {at} is no text: {error}") from error


def read_records(records: bytes) -> Iterator[StoredEvent]:
    """The events in bytes that are records and nothing else.

    :raises RecordDamagedError: at the first that is not whole
    """
    at = 0
    while at < len(records):
        end = record_end(records, at)
        if end is None:
            raise RecordDamagedError(f"byte {at} of {len(records)} begins no whole record")
        yield read_record(records, at, end)
        at = end
