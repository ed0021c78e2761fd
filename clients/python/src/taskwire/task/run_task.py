"""Runs one attempt of a task and tells its story: RUNNING, progress, then SUCCESS or FAILURE."""

import math
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple

from ..protocol.timestamp import format_timestamp
from .progress_throttle import HeldReports, ProgressThrottle
from .running_tasks import RunningTasks
from .task_error import task_error_data

Report = Tuple[float, Optional[Mapping[str, Any]]]


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

    def report(self, progress: float, data: Optional[Mapping[str, Any]] = None) -> None:
        """Says how far the task is, 0 to 1; as often as one likes. Never throws; what lies outside is taken for the nearer
        end.
        """
        if isinstance(progress, (int, float)) and not math.isnan(progress):
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


@contextmanager
def running_task(
    parts: RunParts,
    task_request_id: str,
    *,
    task_name: Optional[str] = None,
    attempt: int = 1,
    traceparent: Optional[str] = None,
) -> Iterator[TaskRun]:
    """:raises BaseException: what the work raises, and nothing else"""
    about = {"task_name": task_name, "attempt": attempt, "traceparent": traceparent}

    def emit(report: Report) -> None:
        parts.publish(task_request_id, "RUNNING", report[1], progress=report[0], **about)

    throttle: "ProgressThrottle[Report]" = ProgressThrottle(emit, parts.elapsed_ms, parts.held)
    run = TaskRun(task_request_id, attempt, throttle)
    end = parts.running.begin(task_request_id)
    started_at_ms = parts.elapsed_ms()

    def execution_time() -> Dict[str, float]:
        return {"execution_time": round(parts.elapsed_ms() - started_at_ms) / 1000}

    parts.publish(task_request_id, "RUNNING", {"started_at": format_timestamp(parts.clock_us())}, **about)
    token = _current.set(run)
    try:
        yield run
        throttle.flush()
        parts.publish(task_request_id, "SUCCESS", {**run.success_data, **execution_time()}, **about)
    except BaseException as error:
        throttle.flush()
        parts.publish(task_request_id, "FAILURE", {**task_error_data(error), **execution_time()}, **about)
        raise
    finally:
        _current.reset(token)
        end()
