"""What tasks that run in this process say: RUNNING, progress, RETRY, SUCCESS, FAILURE."""

import os
import sys
import threading
from types import TracebackType
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..default_notifier import get_notifier
from ..protocol.errors import message_of
from ..task.run_task import TaskStory
from ..task.task_error import task_error_data
from .identity import ATTEMPTS_BEFORE_HEADER, Identities, TaskIdentity
from .options import CeleryOptions
from .progress_of import progress_of

#: What a task may declare itself to be before it raises Ignore, and what that is to us.
_DECLARED_ENDS = {"SUCCESS": "SUCCESS", "FAILURE": "FAILURE", "REVOKED": "CANCELLED"}
#: States that are told by signals of Celery, or mean nothing while a task runs.
_CELERY_STATES = frozenset(("PENDING", "RECEIVED", "STARTED", "RETRY", "REJECTED", "IGNORED"))


class Run:
    def __init__(self, identity: TaskIdentity, story: TaskStory, attempts_before: int) -> None:
        self.identity = identity
        self.story = story
        self.attempts_before = attempts_before
        #: It sent another task under its own id, whose end is the end of both.
        self.was_replaced = False
        #: When it sent itself to be tried again, microseconds since 1970.
        self.retried_at_us: Optional[int] = None
        #: The final state that it gave itself by update_state(), and its meta.
        self.declared: Optional[Tuple[str, Any]] = None


class _OfThread(threading.local):
    """With gevent and eventlet, of a greenlet."""

    def __init__(self) -> None:
        #: An eager task runs within another one.
        self.stack: List[Run] = []
        #: The one that left last: something may go wrong behind it.
        self.last: Optional[Run] = None


class Runs:
    def __init__(self, identities: Identities, options: CeleryOptions) -> None:
        self._identities = identities
        self._options = options
        self._here = _OfThread()
        #: In a child of a prefork pool a parent watches over us.
        self.is_pool_child = False

    def current(self, celery_id: Optional[str]) -> Optional[Run]:
        """The run of this thread with that id."""
        return next((run for run in reversed(self._here.stack) if run.identity.celery_id == celery_id), None)

    def prerun(self, task_id: str, task: Any, args: Any = None, kwargs: Any = None, **_: Any) -> None:
        if self._options.skips(task.name):
            return
        request = task.request
        identity = self._identities.of(task_id, task.name, args, kwargs, vars(request))
        story = get_notifier().story(identity.task_request_id, **identity.about)
        before = request.get(ATTEMPTS_BEFORE_HEADER)
        self._here.stack.append(Run(identity, story, before if isinstance(before, int) else 0))
        story.begin({**identity.data, **_surroundings(request)})

    def success(self, sender: Any, result: Any = None, **_: Any) -> None:
        run = self.current(sender.request.id)
        if run is not None:
            run.story.end("SUCCESS", self._result_data(sender, result))

    def retry(self, sender: Any, request: Any, reason: Any = None, **_: Any) -> None:
        # Without a reason it is not the task that wants to be tried again: the connection to the broker was lost, and
        # the same attempt will be delivered once more.
        run = self.current(request.id)
        if run is None or reason is None:
            return
        error = getattr(reason, "exc", None)
        when = getattr(reason, "when", None)
        data = task_error_data(error) if isinstance(error, BaseException) else task_error_data(reason)
        told = data if when is None else {**data, "retry_at" if _is_time(when) else "retry_in_s": when}
        # Not the time of this signal: the next attempt may run by now.
        run.story.end("RETRY", told, run.retried_at_us)

    def failure(self, task_id: str, exception: Any = None, traceback: Any = None, **_: Any) -> bool:
        """Also for what goes wrong around the task: then its run has left already.

        :returns: whether it was a run of this thread
        """
        run = self.current(task_id) or self._here.last
        if run is None or run.identity.celery_id != task_id:
            return False
        run.story.end("FAILURE", error_data(exception, traceback))
        return True

    def postrun(self, task_id: str, task: Any, retval: Any = None, state: Any = None, **_: Any) -> None:
        run = self.current(task_id)
        if run is None:
            return
        self._here.stack.remove(run)
        try:
            self._conclude(run, task, retval, state)
        finally:
            run.story.leave()
            self._here.last = run

    def update_state(self, task: Any, task_id: Optional[str], state: Any, meta: Any) -> None:
        """Celery has no signal for it."""
        run = self.current(task_id or task.request.id)
        if run is None or state in _CELERY_STATES:
            return
        if state in _DECLARED_ENDS:
            run.declared = (state, meta)
            return
        # A copy: the task may go on using its own.
        data: Dict[str, Any] = dict(meta) if isinstance(meta, Mapping) else {} if meta is None else {"meta": meta}
        if state != "PROGRESS":
            data.setdefault("state", state)
        run.story.run.report(progress_of(meta), data)

    def _conclude(self, run: Run, task: Any, retval: Any, state: Any) -> None:
        """Ends that Celery has no signal for."""
        if state == "IGNORED" and not run.was_replaced:
            run.story.end(*self._declared_end(run, task, retval))
        elif state == "REJECTED" and not getattr(retval, "requeue", False):
            run.story.end("FAILURE", error_data(retval))
        elif state is None and not self.is_pool_child:
            # Something that is no Exception: a time limit of gevent, SystemExit. In a pool the parent sees the process
            # end, and knows whether that was a revocation.
            error = sys.exc_info()[1]
            if error is not None:
                run.story.end("FAILURE", error_data(error))

    def _declared_end(self, run: Run, task: Any, reason: Any) -> Tuple[str, Mapping[str, Any]]:
        """Of a task that raised Ignore."""
        state, meta = run.declared or ("REVOKED", None)
        status = _DECLARED_ENDS[state]
        if status == "SUCCESS":
            return status, self._result_data(task, meta)
        if status == "FAILURE":
            if isinstance(meta, BaseException):
                return status, error_data(meta)
            told = meta if isinstance(meta, Mapping) else {"exc_message": meta}
            return status, {"error": told.get("exc_message"), "error_type": told.get("exc_type")}
        return status, {"reason": "revoked" if run.declared else "ignored", "message": message_of(reason)}

    def _result_data(self, task: Any, result: Any) -> Dict[str, Any]:
        is_ignored = task.ignore_result or task.request.ignore_result
        return {} if result is None or is_ignored or not self._options.send_results else {"result": result}


def error_data(error: Any, trace: Any = None) -> Dict[str, Any]:
    """Celery's parent process has an exception's traceback as text only."""
    if not isinstance(error, BaseException):
        return {"error": str(error), "error_type": type(error).__name__}
    data = task_error_data(error, trace if isinstance(trace, TracebackType) else None)
    if isinstance(trace, str) and "traceback" not in data:
        data["traceback"] = trace
    return data


def _surroundings(request: Any) -> Dict[str, Any]:
    delivery = request.delivery_info or {}
    told = {
        "hostname": request.hostname,
        "pid": os.getpid(),
        "queue": delivery.get("routing_key"),
        "redelivered": delivery.get("redelivered") or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _is_time(when: Any) -> bool:
    return not isinstance(when, (int, float))
