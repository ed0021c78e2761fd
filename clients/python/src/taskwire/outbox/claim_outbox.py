"""An outbox for this process alone, and those of processes that are gone."""

import os
import re
from typing import Callable, Collection, Dict, List, Optional

from ..log import Logger
from ..protocol.errors import message_of
from .outbox import Outbox
from .set_aside import set_aside_corrupt
from .sqlite_error import CORRUPT, LOCKED, sqlite_problem

#: More processes than this on one path are a mistake in the set-up.
_SIBLINGS_MAX = 10_000


class OutboxClaims:
    """Opens outboxes beside one base path: ``base``, ``base.1``, ``base.2`` …"""

    def __init__(
        self,
        base_path: str,
        bytes_max: int,
        fsync: bool,
        new_publisher_id: Callable[[], str],
        clock_us: Callable[[], int],
        logger: Logger,
    ) -> None:
        self._base_path = os.path.abspath(base_path)
        self._bytes_max = bytes_max
        self._fsync = fsync
        self._new_publisher_id = new_publisher_id
        self._clock_us = clock_us
        self._logger = logger
        #: Files that were found empty, as they were then: they are not opened again before they change.
        self._empty: Dict[str, str] = {}
        #: Files that a parent process holds by connections that this one inherited: SQLite here takes them for its own.
        self._inherited: List[str] = []

    def inherit(self, files: Collection[str]) -> None:
        """In a forked child: these are never touched by this process."""
        self._inherited.extend(files)
        self._empty.clear()

    def claim(self) -> Outbox:
        """The first file that no other process has. A corrupt one is set aside and a new one begun.

        :raises sqlite3.Error, OSError: where the file cannot be used at all
        """
        for sibling in range(_SIBLINGS_MAX + 1):
            file = self._base_path if sibling == 0 else f"{self._base_path}.{sibling}"
            outbox = None if file in self._inherited else self._claim_file(file)
            if outbox is not None:
                return outbox
        raise OSError(f"{_SIBLINGS_MAX} outboxes beside {self._base_path} are all in use")

    def siblings(self, held: Collection[str]) -> List[str]:
        """The outboxes beside the base path that this process does not hold."""
        folder, name = os.path.split(self._base_path)
        try:
            entries = os.listdir(folder)
        except OSError:
            return []
        # Of one whose database was set aside the tail may be all that is left.
        pattern = re.compile("(" + re.escape(name) + r"(?:\.[0-9]+)?)(?:-tail)?")
        matches = [match for match in map(pattern.fullmatch, entries) if match]
        files = sorted({os.path.join(folder, match.group(1)) for match in matches})
        return [file for file in files if file not in held and file not in self._inherited]

    def adopt(self, file: str) -> Optional[Outbox]:
        """The outbox, locked for us, where nobody holds it and it holds events; it is only drained."""
        try:
            return self._adopt(file)
        except Exception as error:
            self._logger.warning("a left over outbox cannot be opened", file=file, problem=message_of(error))
            return None

    def _adopt(self, file: str) -> Optional[Outbox]:
        if self._empty.get(file) == _version(file):
            return None
        outbox = self._claim_file(file)
        if outbox is None:
            return None
        if any(log.deleted_to < log.last_sequence for log in outbox.logs):
            self._logger.info("took over the outbox of a process that is gone", file=file)
            return outbox
        outbox.close()
        self._empty[file] = _version(file)
        return None

    def _claim_file(self, file: str) -> Optional[Outbox]:
        """:returns: None where another process has it"""
        try:
            return self._open(file)
        except Exception as error:
            problem = sqlite_problem(error)
            if problem == LOCKED:
                return None
            if problem != CORRUPT:
                raise
            aside = set_aside_corrupt(file, self._clock_us(), tail_too=False)
            self._logger.error(
                "the outbox is corrupt; it was set aside and a new one begun; what it held may be lost",
                file=file,
                aside=aside,
                problem=message_of(error),
            )
            return self._open(file)

    def _open(self, file: str) -> Outbox:
        outbox = Outbox(file, self._bytes_max, self._fsync, self._new_publisher_id)
        if outbox.tail_problem is not None:
            self._logger.error(outbox.tail_problem, file=file, aside=outbox.tail_aside)
        return outbox


def _version(file: str) -> str:
    """What a process that was killed wrote last may be in the log, or the tail, alone."""
    parts = []
    for name in (file, f"{file}-wal", f"{file}-tail"):
        try:
            status = os.stat(name)
            parts.append(f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}")
        except OSError:
            parts.append("none")
    return " ".join(parts)
