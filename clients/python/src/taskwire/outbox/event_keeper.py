"""Where events are from publish() until they are acknowledged."""

import sqlite3
from typing import Callable, List, NamedTuple, Optional

from ..event.event_builder import BuildEvent
from ..interruption import let_through
from ..log import Logger
from ..protocol.errors import TaskwireError, message_of
from .claim_outbox import OutboxClaims
from .event_log import EventLog, ReadLimits, StoredEvent
from .group_sync import GroupSync
from .memory_log import MemoryLog
from .moved_event import moved_event
from .outbox import Outbox
from .retention import DELETE_EVENTS_MAX, Retention, collect_done
from .salvage import salvage
from .set_aside import set_aside_corrupt
from .sqlite_error import CORRUPT, FULL, sqlite_problem

#: From here on progress is refused, so that there is room for statuses.
_PROGRESS_RATIO_MAX = 0.8
#: A file that is this full and refuses has reached its own bound; one that is emptier stands on a full disk.
_OWN_BOUND_RATIO = 0.95
#: The file is looked at again after this; each look at a broken one costs a task some time.
_RETRY_FILE_MS = 1_000
#: Asking SQLite how full it is costs a good part of an insert, so not every time.
_USAGE_EVERY_EVENTS = 64
_REHOME_LIMITS = ReadLimits(200, 1_048_576)


class Kept(NamedTuple):
    event_id: str
    sequence: int
    #: It is on disk, and will reach the database even if the process dies now.
    durable: bool


class EventKeeper:
    """The outbox file of this process, the outboxes of processes that are gone, and memory for as long as the file cannot
    be used. Every method is called with the notifier's lock held.
    """

    def __init__(
        self,
        outbox_path: str,
        bytes_max: int,
        fsync: bool,
        ack_grace_ms: float,
        new_publisher_id: Callable[[], str],
        clock_us: Callable[[], int],
        elapsed_ms: Callable[[], float],
        logger: Logger,
    ) -> None:
        self._claims = OutboxClaims(outbox_path, bytes_max, fsync, new_publisher_id, clock_us, logger)
        self._outbox_path = outbox_path
        self._bytes_max = bytes_max
        self._fsync = fsync
        self._new_publisher_id = new_publisher_id
        self._clock_us = clock_us
        self._elapsed_ms = elapsed_ms
        self._logger = logger
        self._retention = Retention(ack_grace_ms)
        self._outbox: Optional[Outbox] = None
        self._adopted: List[Outbox] = []
        self._memory: List[MemoryLog] = []
        self._group_sync: Optional[GroupSync] = None
        #: Why events are not durable now, in words; None where they are.
        self.problem: Optional[str] = None
        self._retry_file_at_ms = 0.0
        self._ratio = 0.0
        self._since_usage = _USAGE_EVERY_EVENTS
        self.dropped_progress = 0

    def open(self) -> None:
        """Opens the file; where it cannot be used, :attr:`problem` says why, and it is tried again with later events."""
        if self._outbox is not None:
            return
        try:
            self._outbox = self._claims.claim()
        except Exception as error:
            self._fail(error)

    def append(self, build: BuildEvent, is_progress: bool) -> Kept:
        """:raises TaskwireError: ``outbox_full`` or ``outbox_unavailable``, and nothing else"""
        try:
            kept = self._append_to_file(build, is_progress)
        except TaskwireError:
            raise
        except Exception as error:
            let_through(error)
            self._fail(error)
            kept = None
        return kept or self._append_to_memory(build, is_progress)

    def logs(self) -> List[EventLog]:
        """Every log that may hold something to be delivered."""
        files: List[EventLog] = [log for outbox in self._outboxes() for log in outbox.logs]
        return files + list(self._memory)

    def end_publisher(self) -> None:
        """No more events under the present publisher_id."""
        if self._outbox is not None:
            self._outbox.end_publisher()
        for log in self._memory:
            log.end()

    def left_over(self) -> List[str]:
        """Files beside ours whose process may be gone."""
        return self._claims.siblings([outbox.file for outbox in self._outboxes()])

    def adopt(self, file: str) -> None:
        """Takes over one of :meth:`left_over`, where its process is gone and it holds events."""
        outbox = self._claims.adopt(file)
        if outbox is not None:
            self._adopted.append(outbox)

    def rehome(self, log: EventLog) -> int:
        """The publisher_id is somebody else's as well: a step of moving its events, event_ids and all, to a new one.

        :returns: how many were moved; 0 where none is left or there is no room
        """
        if log.open:
            self.end_publisher()
        moved = 0
        for event in log.read(log.deleted_to + 1, log.last_sequence, _REHOME_LIMITS):
            try:
                self.append(moved_event(event, log), False)
            except TaskwireError:
                return moved
            moved += log.delete_to(event.sequence, event.sequence - log.deleted_to)
        return moved

    def read_failed(self, log: EventLog, error: BaseException) -> None:
        """Events of this log could not be read. Where its file is corrupt, what is left of it goes on elsewhere."""
        holder = next((outbox for outbox in self._outboxes() if log in outbox.logs), None)
        if holder is not None and sqlite_problem(error) == CORRUPT:
            self._lose_corrupt(holder, error)
        else:
            self._logger.error("events cannot be read from the outbox; tried again later", problem=message_of(error))

    def collect(self, now_ms: float) -> bool:
        """Deletes what is acknowledged and out of its grace time, a step at a time.

        :returns: whether there is more
        """
        for outbox in self._outboxes():
            try:
                if collect_done(outbox, self._retention, now_ms):
                    return True
            except Exception as error:
                if sqlite_problem(error) == CORRUPT:
                    self._lose_corrupt(outbox, error)
                else:
                    self._logger.debug("acknowledged events could not be deleted", problem=message_of(error))
        self._drop_drained()
        return False

    @property
    def publisher_id(self) -> Optional[str]:
        """The publisher that new events get; None before the first."""
        if self.problem is not None:
            return next((log.publisher_id for log in self._memory if log.open), None)
        return None if self._outbox is None else self._outbox.open_publisher_id

    @property
    def file(self) -> Optional[str]:
        return None if self._outbox is None else self._outbox.file

    @property
    def bytes(self) -> int:
        try:
            return sum(outbox.usage().bytes for outbox in self._outboxes())
        except Exception:
            return 0

    def close(self) -> None:
        self._close_group_sync()
        for outbox in self._outboxes():
            self._close_quietly(outbox)
        self._outbox = None
        self._adopted = []
        self._memory = []

    def after_fork(self) -> None:
        """In the child: what was there is the parent's, who delivers it; this process begins anew."""
        self._claims.inherit([outbox.file for outbox in self._outboxes()])
        for outbox in self._outboxes():
            outbox.abandon()
        self._outbox = None
        self._adopted = []
        self._memory = []
        # Its thread is not in the child.
        self._group_sync = None
        self.problem = None
        self._since_usage = _USAGE_EVERY_EVENTS
        self.dropped_progress = 0

    def _outboxes(self) -> List[Outbox]:
        return self._adopted if self._outbox is None else [self._outbox, *self._adopted]

    def _append_to_file(self, build: BuildEvent, is_progress: bool) -> Optional[Kept]:
        """:returns: None where the file cannot take it and memory has to"""
        if self.problem is not None and self._elapsed_ms() < self._retry_file_at_ms:
            return None
        self.open()
        if self._outbox is None:
            return None
        try:
            self._since_usage += 1
            if self._since_usage >= _USAGE_EVERY_EVENTS:
                self._measure()
            if is_progress and self._ratio >= _PROGRESS_RATIO_MAX:
                raise self._full(True)
            stored = self._append(self._outbox, build)
            if self._fsync:
                self._sync()
            self._recover()
            return Kept(stored.event_id, stored.sequence, True)
        except TaskwireError:
            raise
        except Exception as error:
            let_through(error)
            problem = sqlite_problem(error)
            if problem == FULL:
                self._measure()
                if self._ratio >= _OWN_BOUND_RATIO:
                    raise self._full(is_progress) from error
                self._fail(error)
            elif problem == CORRUPT:
                self._lose_corrupt(self._outbox, error)
                self.open()
            else:
                self._fail(error)
            return None

    def _append(self, outbox: Outbox, build: BuildEvent) -> StoredEvent:
        try:
            return outbox.append(build)
        except sqlite3.Error:
            raise
        except BaseException:
            # An exception from outside (a time limit's signal) may have come between any two lines of it: what the file
            # holds is read anew.
            self._outbox = None
            self._close_group_sync()
            self._close_quietly(outbox)
            raise

    def _append_to_memory(self, build: BuildEvent, is_progress: bool) -> Kept:
        log = next((each for each in self._memory if each.open), None)
        if log is None:
            log = MemoryLog(self._new_publisher_id())
            self._memory.append(log)
        stored = None if is_progress and log.ratio >= _PROGRESS_RATIO_MAX else log.append(build)
        if stored is not None:
            return Kept(stored.event_id, stored.sequence, False)
        if is_progress:
            self.dropped_progress += 1
        raise TaskwireError(
            "outbox_unavailable",
            f"the outbox cannot be used ({self.problem or 'corrupt'}) and memory is full; "
            "see to the outbox or to Redis",
        )

    def _full(self, is_progress: bool) -> TaskwireError:
        if is_progress:
            self.dropped_progress += 1
        advice = "progress is dropped first" if is_progress else "raise outbox_bytes_max"
        return TaskwireError(
            "outbox_full",
            f"the outbox holds {self._bytes_max} bytes, as much as it may: "
            f"Redis or the listener has been away for long; {advice}",
        )

    def _measure(self) -> None:
        self._ratio = 0.0 if self._outbox is None else self._outbox.usage().ratio
        self._since_usage = 0

    def _sync(self) -> None:
        if self._outbox is None:
            return
        if self._group_sync is None:
            self._group_sync = GroupSync(self._outbox.file, self._logger)
        self._group_sync.appended()

    def _fail(self, error: BaseException) -> None:
        words = message_of(error)
        self._retry_file_at_ms = self._elapsed_ms() + _RETRY_FILE_MS
        if self.problem is None:
            self._logger.error(
                "the outbox cannot be written; events go straight to Redis and are lost with this process",
                file=self.file or self._outbox_path,
                problem=words,
            )
        self.problem = words

    def _recover(self) -> None:
        if self.problem is None:
            return
        self.problem = None
        for log in self._memory:
            log.end()
        self._logger.warning("the outbox can be written again", file=self.file)

    def _lose_corrupt(self, corrupt: Outbox, error: BaseException) -> None:
        damaged = [(log, salvage(log)) for log in corrupt.logs]
        self._logger.error(
            "the outbox is corrupt; what can be read of it goes on, the file is set aside",
            file=corrupt.file,
            problem=message_of(error),
            unreadable=sum(salvaged.unreadable for _, salvaged in damaged),
        )
        self._close_quietly(corrupt)
        if corrupt is self._outbox:
            self._outbox = None
            self._close_group_sync()
        self._adopted = [other for other in self._adopted if other is not corrupt]
        try:
            set_aside_corrupt(corrupt.file, self._clock_us(), tail_too=True)
        except OSError as failure:
            self._fail(failure)
        for log, salvaged in damaged:
            for event in salvaged.events:
                try:
                    self.append(moved_event(event, log), False)
                except TaskwireError as refusal:
                    self._logger.error("an event of a corrupt outbox was lost", problem=message_of(refusal))

    def _drop_drained(self) -> None:
        """Lets go of outboxes and memory that were drained, so that a new process may have the file."""
        for outbox in list(self._adopted):
            if all(_is_drained(log) for log in outbox.logs):
                self._adopted.remove(outbox)
                self._close_quietly(outbox)
        for memory in list(self._memory):
            memory.delete_to(memory.ack.low_water if memory.ack else 0, DELETE_EVENTS_MAX)
        self._memory = [log for log in self._memory if log.open or not _is_drained(log)]

    def _close_quietly(self, outbox: Outbox) -> None:
        try:
            outbox.close()
        except Exception as error:
            self._logger.warning("an outbox was not closed cleanly", file=outbox.file, problem=message_of(error))

    def _close_group_sync(self) -> None:
        if self._group_sync is not None:
            self._group_sync.close()
        self._group_sync = None


def _is_drained(log: EventLog) -> bool:
    return log.deleted_to >= log.last_sequence
