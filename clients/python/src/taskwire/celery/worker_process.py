"""The notifier in the processes of a Celery worker. Each process that runs tasks has one, with an outbox of its own; what
a process that was killed leaves is delivered by its successor, or by any other one.
"""

import os
from typing import Any, Optional

from ..default_notifier import get_notifier
from .reports import Reports
from .runs import Runs

#: A child of a pool that ends does not wait longer for acknowledgements: a task may wait for its successor, and what is
#: left in its outbox is delivered by others.
_CHILD_STOP_MS = 250


class WorkerProcess:
    def __init__(self, runs: Runs, reports: Reports) -> None:
        self._runs = runs
        self._reports = reports
        self._main_pid: Optional[int] = None

    def worker_init(self, **_: Any) -> None:
        self._main_pid = os.getpid()

    def process_init(self, **_: Any) -> None:
        """In each child of a pool, and in the worker itself where its pool is ``solo``."""
        self._runs.is_pool_child = os.getpid() != self._main_pid
        get_notifier().start()

    def worker_ready(self, **_: Any) -> None:
        """Not before: the pool has its first children by now, forked from a process without another thread."""
        notifier = get_notifier()
        notifier.running_tasks.also = self._reports.active_ids
        notifier.start()

    def process_shutdown(self, **_: Any) -> None:
        if self._runs.is_pool_child:
            get_notifier().stop(_CHILD_STOP_MS)

    def worker_shutdown(self, **_: Any) -> None:
        """Its children are gone. The notifier waits for acknowledgements at the end of the process."""
        get_notifier().adopt()
