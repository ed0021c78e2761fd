"""Runs one attempt of a task and tells its story: RUNNING, progress, then SUCCESS or FAILURE."""

import math
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple

from ..protocol.timestamp import format_timestamp
from .progress_throttle import HeldReports, ProgressThrottle
from .running_tasks import RunningTasks
from .task_error import task_error_data

Report = Tuple[Optional[float], Optional[Mapping[str, Any]]]


class RunParts(NamedTuple):
    """What a run needs of its notifier."""

    publish: Callable[..., object]
    running: RunningTasks
    held: HeldReports
    elapsed_ms: Callable[[], float]
    clock_us: Callable[[], int]


class TaskRun:
    """What a task is given while it runs."""

    def __init__(self, task_request_id: str, attempt: int, throttle: "ProgressThrottle[Report]") -> None:
        self.task_request_id = task_request_id
        self.attempt = attempt
        self._throttle = throttle
        self._result: Tuple[Any, ...] = ()

    def report(self, progress: Optional[float], data: Optional[Mapping[str, Any]] = None) -> None:
        """Says how far the task is, 0 to 1; as often as one likes. Never throws; what lies outside is taken for the nearer
        end, and None says no more than the data.
        """
        if progress is None:
            self._throttle.offer((None, data))
        elif isinstance(progress, (int, float)) and not math.isnan(progress):
            self._throttle.offer((min(1.0, max(0.0, float(progress))), data))

    def set_result(self, result: Any) -> None:
        """What the task comes to, for its SUCCESS. None is no result."""
        self._result = () if result is None else (result,)

    @property
    def success_data(self) -> Dict[str, Any]:
        return {"result": self._result[0]} if self._result else {}


_current: "ContextVar[Optional[TaskRun]]" = ContextVar("taskwire_run", default=None)


def report_progress(progress: float, data: Optional[Mapping[str, Any]] = None) -> None:
    """Says how far the task is in which this is called; does nothing outside of one."""
    run = _current.get()
    if run is not None:
        run.report(progress, data)


class TaskStory:
    """One attempt of a task, from its beginning to its one end."""

    def __init__(
        self,
        parts: RunParts,
        task_request_id: str,
        *,
        task_name: Optional[str] = None,
        attempt: int = 1,
        traceparent: Optional[str] = None,
    ) -> None:
        self._parts = parts
        self._about = {"task_name": task_name, "attempt": attempt, "traceparent": traceparent}
        self._throttle: "ProgressThrottle[Report]" = ProgressThrottle(self._emit, parts.elapsed_ms, parts.held)
        self.run = TaskRun(task_request_id, attempt, self._throttle)
        self.has_ended = False

    def begin(self, data: Optional[Mapping[str, Any]] = None) -> None:
        """To be called by the thread that runs the task."""
        self._not_running = self._parts.running.begin(self.run.task_request_id)
        self._started_at_ms = self._parts.elapsed_ms()
        self._publish("RUNNING", {"started_at": format_timestamp(self._parts.clock_us()), **(data or {})})
        self._token = _current.set(self.run)

    def end(self, status: str, data: Mapping[str, Any], at_us: Optional[int] = None) -> None:
        """Says how it ended, where that was not said before.

        :param at_us: when; default: now
        """
        if self.has_ended:
            return
        self.has_ended = True
        self._throttle.flush()
        execution_time = round(self._parts.elapsed_ms() - self._started_at_ms) / 1000
        timestamp = None if at_us is None else format_timestamp(at_us)
        self._publish(status, {**data, "execution_time": execution_time}, timestamp=timestamp)

    def leave(self) -> None:
        """The task does not run any more; by the thread that began it."""
        _current.reset(self._token)
        self._throttle.flush()
        self._not_running()

    def _emit(self, report: Report) -> None:
        self._publish("RUNNING", report[1], progress=report[0])

    def _publish(self, status: str, data: Optional[Mapping[str, Any]], **more: Any) -> None:
        self._parts.publish(self.run.task_request_id, status, data, **more, **self._about)


@contextmanager
def running_task(story: TaskStory) -> Iterator[TaskRun]:
    """:raises BaseException: what the work raises, and nothing else"""
    story.begin()
    try:
        yield story.run
        story.end("SUCCESS", story.run.success_data)
    except BaseException as error:
        story.end("FAILURE", task_error_data(error))
        raise
    finally:
        story.leave()
