"""Brings what was appended to the disk, by groups and in a thread of its own, so that a task never waits for it."""

import os
import threading
import time

from ..background_thread import background_thread
from ..log import Logger

#: Events of this time share one wait for the disk.
_GROUP_S = 0.01


class GroupSync:
    """Works on the write-ahead log, which holds everything since the last checkpoint, and which carries no locks: closing
    a descriptor of it does no harm, unlike one of the database file.
    """

    def __init__(self, outbox_file: str, logger: Logger) -> None:
        self._wal = f"{outbox_file}-wal"
        self._logger = logger
        self._appended = threading.Event()
        self._closed = False
        self._thread = background_thread("fsync", self._run)
        self._thread.start()

    def appended(self) -> None:
        self._appended.set()

    def close(self) -> None:
        """What was appended before is brought to the disk yet."""
        self._closed = True
        self._appended.set()

    def _run(self) -> None:
        descriptor = -1
        ends = False
        while not ends:
            self._appended.wait()
            time.sleep(_GROUP_S)
            ends = self._closed
            self._appended.clear()
            try:
                if descriptor < 0:
                    descriptor = os.open(self._wal, os.O_RDONLY)
                os.fdatasync(descriptor)
            except OSError as error:
                self._logger.error("events could not be brought to the disk; a power loss may lose them", problem=error)
        if descriptor >= 0:
            os.close(descriptor)
