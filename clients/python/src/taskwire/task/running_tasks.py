"""The tasks that this process runs now, for its heartbeat."""

import threading
from typing import Callable, Dict, Iterable, List

Ids = Callable[[], Iterable[str]]


def _nobody() -> Iterable[str]:
    return ()


class RunningTasks:
    """The same task may run more than once at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: Dict[str, int] = {}
        #: What somebody else knows to run in this process or in its children. Must not throw.
        self.also: Ids = _nobody

    @property
    def ids(self) -> List[str]:
        with self._lock:
            runs = list(self._runs)
        return list(dict.fromkeys([*runs, *self.also()]))

    def begin(self, task_request_id: str) -> Callable[[], None]:
        """:returns: what ends it"""
        with self._lock:
            self._runs[task_request_id] = self._runs.get(task_request_id, 0) + 1
        ended = False

        def end() -> None:
            nonlocal ended
            with self._lock:
                left = self._runs.get(task_request_id, 0) - 1
                if ended or left < 0:
                    return
                ended = True
                if left == 0:
                    del self._runs[task_request_id]
                else:
                    self._runs[task_request_id] = left

        return end

    def after_fork(self) -> None:
        """What the parent runs, the child does not."""
        self._lock = threading.Lock()
        self._runs = {}
        self.also = _nobody
