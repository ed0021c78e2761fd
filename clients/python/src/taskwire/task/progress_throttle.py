"""A task may report as often as it likes; more often than this nobody can see."""

import threading
from typing import Callable, Generic, Optional, Set, TypeVar

T = TypeVar("T")

_PROGRESS_INTERVAL_MS = 100


class HeldReports:
    """The reports that are held back, for whoever lets them go when their time comes."""

    def __init__(self, on_held: Callable[[], None]) -> None:
        self._on_held = on_held
        self._throttles: "Set[ProgressThrottle[object]]" = set()

    def add(self, throttle: "ProgressThrottle[T]") -> None:
        self._throttles.add(throttle)  # type: ignore[arg-type]
        self._on_held()

    def discard(self, throttle: "ProgressThrottle[T]") -> None:
        self._throttles.discard(throttle)  # type: ignore[arg-type]

    def release_due(self) -> Optional[float]:
        """:returns: when the next one is due, ms; None where none is held"""
        throttles = list(self._throttles)
        for throttle in throttles:
            throttle.release_due()
        left = [throttle.due_ms for throttle in list(self._throttles)]
        return min(left) if left else None

    def after_fork(self) -> None:
        self._throttles = set()


class ProgressThrottle(Generic[T]):
    """Lets the first report of a task through at once and then one every 100 ms, the last one winning. What is held back
    is let go when its time comes or before a status of the same task, so that the last report is never lost.
    """

    def __init__(self, emit: Callable[[T], object], elapsed_ms: Callable[[], float], held: HeldReports) -> None:
        self._emit = emit
        self._elapsed_ms = elapsed_ms
        self._held = held
        #: Held while emitting, so that no older report overtakes a newer one.
        self._lock = threading.RLock()
        self._report: Optional[T] = None
        self._emitted_at_ms = float("-inf")

    @property
    def due_ms(self) -> float:
        return self._emitted_at_ms + _PROGRESS_INTERVAL_MS

    def offer(self, report: T) -> None:
        with self._lock:
            self._report = report
            if self._elapsed_ms() >= self.due_ms:
                self.flush()
            else:
                self._held.add(self)

    def flush(self) -> None:
        """Lets go of what is held back."""
        with self._lock:
            self._held.discard(self)
            report, self._report = self._report, None
            if report is None:
                return
            self._emitted_at_ms = self._elapsed_ms()
            self._emit(report)

    def release_due(self) -> None:
        with self._lock:
            if self._elapsed_ms() >= self.due_ms:
                self.flush()
