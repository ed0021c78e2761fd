"""One outbox file, held by this process alone."""

import contextlib
import ctypes
import sqlite3
import time
from typing import Callable, Generator, Iterator, List, NamedTuple, Optional, Tuple

from ..delivery.publisher_ack import PublisherAck, parse_publisher_ack
from ..event.event_builder import BuildEvent
from .event_log import EventLog, ReadLimits, StoredEvent
from .event_records import read_records, record_of
from .file_identity import file_identity
from .outbox_file import open_outbox_file, shrink_empty
from .outbox_tail import OutboxTail, read_tail, remove_tail, set_aside_damage, set_aside_tail

_BASE_ID_MAX = 2**53 - 1


class OutboxUsage(NamedTuple):
    bytes: int
    #: 0 to 1, of what the file may hold; pages that became free do not count.
    ratio: float


class FileLog(EventLog):
    """An event log in the file. An event's id there is ``base_id`` plus its sequence."""

    def __init__(self, database: sqlite3.Connection, base_id: int, publisher_id: str) -> None:
        self._database = database
        self.base_id = base_id
        self.publisher_id = publisher_id
        self.last_sequence = 0
        self.deleted_to = 0
        self.open = False
        self.closable = True
        self.ack: Optional[PublisherAck] = None
        #: Its newest events, that are not in the database.
        self.tail: Optional[OutboxTail] = None

    def insert(self, build: BuildEvent) -> StoredEvent:
        """:raises sqlite3.Error: then nothing was stored and no sequence used"""
        try:
            return self._insert(build)
        except sqlite3.IntegrityError:
            # An exception from outside (a time limit's signal) came between the insert and the line behind it.
            self.last_sequence = self.stored_last()
            return self._insert(build)

    def _insert(self, build: BuildEvent) -> StoredEvent:
        sequence = self.last_sequence + 1
        event_id, payload = build(self.publisher_id, sequence)
        stored = StoredEvent(sequence, event_id, payload)
        self.insert_segment(sequence, sequence, record_of(stored))
        self.last_sequence = sequence
        return stored

    def insert_segment(self, first: int, last: int, records: bytes) -> None:
        """:raises sqlite3.Error:"""
        sql = "INSERT INTO segments (first_id, last_id, records) VALUES (?, ?, ?)"
        self._database.execute(sql, (self.base_id + first, self.base_id + last, records))

    def stored_last(self, next_base_id: int = _BASE_ID_MAX) -> int:
        """The last sequence by what is stored: that of the last event, or of the last deleted one."""
        sql = "SELECT last_id FROM segments WHERE first_id > ? AND first_id <= ? ORDER BY first_id DESC LIMIT 1"
        row = self._database.execute(sql, (self.base_id, next_base_id)).fetchone()
        return self.deleted_to if row is None else int(row[0]) - self.base_id

    def save_ack(self, ack: PublisherAck) -> None:
        self._database.execute("UPDATE publishers SET ack = ? WHERE base_id = ?", (ack.to_json(), self.base_id))
        self.ack = ack

    def read(self, first: int, last: int, limits: ReadLimits) -> List[StoredEvent]:
        first = max(first, self.deleted_to + 1)
        events: List[StoredEvent] = []
        size = 0
        with contextlib.closing(self._stored(first, last)) as stored:
            for event in stored:
                if event.sequence < first:
                    continue
                size += len(event.payload)
                if event.sequence > last or len(events) == limits.events_max or (events and size > limits.bytes_max):
                    break
                events.append(event)
                if event.sequence == last:
                    break
        return events

    def _stored(self, first: int, last: int) -> Generator[StoredEvent, None, None]:
        """Those from the segment that holds ``first``, and then those of the tail."""
        sql = (
            "SELECT records FROM segments WHERE first_id"
            " BETWEEN max(?1 + 1, ifnull((SELECT max(first_id) FROM segments WHERE first_id <= ?2), 0)) AND ?3"
            " ORDER BY first_id"
        )
        bounds = (self.base_id, self.base_id + first, self.base_id + last)
        with contextlib.closing(self._database.execute(sql, bounds)) as rows:
            for (records,) in rows:
                yield from read_records(records)
        if self.tail is not None:
            yield from self.tail.events

    def delete_to(self, sequence: int, events_max: int) -> int:
        to = min(sequence, self.deleted_to + events_max, self.last_sequence)
        if to <= self.deleted_to:
            return 0
        count = to - self.deleted_to
        with transaction(self._database):
            sql = "DELETE FROM segments WHERE first_id > ?1 AND first_id <= ?2 AND last_id <= ?2"
            self._database.execute(sql, (self.base_id, self.base_id + to))
            self._database.execute("UPDATE publishers SET deleted_to = ? WHERE base_id = ?", (to, self.base_id))
        self.deleted_to = to
        return count


class Outbox:
    """A publisher_id lives from the first event after opening the file until it is closed: each opening begins a new one,
    and the events of earlier ones drain under their own. So there is no counter on disk that a copy, a restored backup, a
    second process or a power loss could set back: a sequence is never given twice, by construction.
    """

    def __init__(self, file: str, bytes_max: int, fsync: bool, new_publisher_id: Callable[[], str]) -> None:
        """:raises sqlite3.Error, OSError: see sqlite_error.py"""
        self.file = file
        self._new_publisher_id = new_publisher_id
        self._open: Optional[FileLog] = None
        #: What was wrong with the tail, in words, and where it or a copy of it is.
        self.tail_problem: Optional[str] = None
        self.tail_aside: Optional[str] = None
        database: Optional[sqlite3.Connection] = None
        try:
            database = open_outbox_file(file, bytes_max, fsync)
            self._database: sqlite3.Connection = database
            self._identity = file_identity(file)
            #: All publishers that this file still knows, the oldest first; the last may be open.
            self.logs: List[FileLog] = self._earlier_logs()
            self._take_up_tail()
        except BaseException:
            if database is not None:
                database.close()
            raise

    def append(self, build: BuildEvent) -> StoredEvent:
        """Durable when it returns.

        :raises sqlite3.Error: then nothing was stored and no sequence used
        """
        if self._open is not None:
            return self._open.insert(build)
        log = FileLog(self._database, self._next_base_id(), self._new_publisher_id())
        with transaction(self._database):
            left = self._move_tail()
            self._insert_publisher(log, self._identity)
            stored = log.insert(build)
        log.open = True
        self._open = log
        self.logs.append(log)
        if left is not None:
            left.tail = None
            remove_tail(self.file)
        return stored

    def _take_up_tail(self) -> None:
        """Gives the log of the process before what it left in the tail. Its publisher is in the database, unless that is an
        older copy, or a new one in the place of a corrupt one: then it is added, and its events drain under it.
        """
        tail = read_tail(self.file)
        if tail is None:
            return
        if tail.damaged:
            self.tail_aside = set_aside_damage(self.file, tail, time.time_ns() // 1_000)
            copy = "no copy could be made" if self.tail_aside is None else "a copy is set aside"
            self.tail_problem = (
                f"the newest events of the outbox are damaged; what can be read of them goes on, {copy}"
            )
        if not tail.events:
            return
        log = next((each for each in self.logs if each.publisher_id == tail.publisher_id), None)
        if log is None:
            log = FileLog(self._database, max(tail.base_id, self._next_base_id()), tail.publisher_id)
            log.closable = False
            log.deleted_to = log.last_sequence = tail.events[0].sequence - 1
            self._insert_publisher(log, "")
            self.logs.append(log)
        elif tail.last_sequence <= log.last_sequence:
            # The process ended between making a segment of it and clearing it.
            remove_tail(self.file)
            return
        elif log is not self.logs[-1]:
            self.tail_problem = "the newest events of the outbox are of an older state of it, and set aside"
            self.tail_aside = set_aside_tail(self.file, time.time_ns() // 1_000)
            return
        log.has_hole = tail.events[0].sequence > log.last_sequence + 1
        log.last_sequence = tail.last_sequence
        log.tail = tail

    def _move_tail(self) -> Optional[FileLog]:
        """:returns: the log whose tail is in the database now"""
        log = next((each for each in self.logs if each.tail is not None), None)
        if log is None or log.tail is None:
            return None
        if log.tail.last_sequence > log.deleted_to:
            log.insert_segment(log.tail.events[0].sequence, log.tail.last_sequence, log.tail.records)
        return log

    def _insert_publisher(self, log: FileLog, identity: str) -> None:
        sql = "INSERT INTO publishers (base_id, publisher_id, file_identity, deleted_to) VALUES (?, ?, ?, ?)"
        self._database.execute(sql, (log.base_id, log.publisher_id, identity, log.deleted_to))

    def _next_base_id(self) -> int:
        """One id lies between two publishers, so that one of which no event was stored has a base of its own as well."""
        return self.logs[-1].base_id + self.logs[-1].last_sequence + 1 if self.logs else 0

    @property
    def open_publisher_id(self) -> Optional[str]:
        return None if self._open is None else self._open.publisher_id

    def end_publisher(self) -> None:
        """Ends the open publisher; the next append begins a new one."""
        if self._open is not None:
            self._open.open = False
        self._open = None

    def forget(self, log: FileLog) -> None:
        """Forgets a publisher whose events are all deleted."""
        # The newest row stays: its base and last sequence are where the ids of the next publisher begin.
        if log not in self.logs[:-1] or log.open or log.deleted_to < log.last_sequence:
            return
        self._database.execute("DELETE FROM publishers WHERE base_id = ?", (log.base_id,))
        self.logs.remove(log)

    def usage(self) -> OutboxUsage:
        pages, free, pages_max, page_bytes = (
            int(self._database.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "max_page_count", "page_size")
        )
        tails = sum(len(log.tail.records) for log in self.logs if log.tail is not None)
        return OutboxUsage((pages - free) * page_bytes + tails, (pages - free) / pages_max)

    def close(self) -> None:
        """Lets go of the file; an empty one is made small."""
        try:
            if all(log.tail is None or log.tail.last_sequence <= log.deleted_to for log in self.logs):
                remove_tail(self.file)
            shrink_empty(self._database)
        finally:
            self._database.close()

    def abandon(self) -> None:
        """In a forked child: the file is the parent's. Closing the connection would copy back and delete the write-ahead
        log that the parent goes on writing, so it must never be closed, not even when the interpreter ends.
        """
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._database))

    def _earlier_logs(self) -> List[FileLog]:
        """The publishers of earlier openings."""
        sql = "SELECT base_id, publisher_id, file_identity, deleted_to, ack FROM publishers ORDER BY base_id"
        rows: List[Tuple[int, str, str, int, Optional[str]]] = self._database.execute(sql).fetchall()
        logs: List[FileLog] = []
        for index, (base_id, publisher_id, identity, deleted_to, ack) in enumerate(rows):
            log = FileLog(self._database, base_id, publisher_id)
            log.deleted_to = deleted_to
            log.closable = identity == self._identity
            log.ack = None if ack is None else parse_publisher_ack(ack)
            log.last_sequence = log.stored_last(rows[index + 1][0] if index + 1 < len(rows) else _BASE_ID_MAX)
            logs.append(log)
        return logs


@contextlib.contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            # A full disk has rolled it back already; the first error is the one to tell.
            database.execute("ROLLBACK")
        raise
