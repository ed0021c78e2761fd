"""Which task request, attempt and trace a Celery message or run belongs to."""

import inspect
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence

from ..event.event_input import name_problem
from ..log import Logger
from ..protocol.traceparent import read_traceparent
from .options import CeleryOptions

#: Celery counts retries; a task that is replaced under its own id begins that count anew. So its message carries how many
#: attempts there were before.
ATTEMPTS_BEFORE_HEADER = "taskwire_attempts_before"


class TaskIdentity(NamedTuple):
    """``about`` goes with every event of it."""

    celery_id: str
    task_request_id: str
    task_name: str
    attempt: int
    traceparent: Optional[str]

    @property
    def data(self) -> Dict[str, Any]:
        """Tells under which id Celery keeps the result, where that is another one."""
        return {} if self.celery_id == self.task_request_id else {"celery_task_id": self.celery_id}

    @property
    def about(self) -> Dict[str, Any]:
        return {"task_name": self.task_name, "attempt": self.attempt, "traceparent": self.traceparent}


class Identities:
    """Celery's own id names a task request, or one of the task's arguments does."""

    def __init__(self, app: Any, options: CeleryOptions) -> None:
        self._app = app
        self._argument = options.id_argument
        #: By task name, where among the positional arguments the id is; None where the task has no such argument.
        self._positions: Dict[str, Optional[int]] = {}

    def of(
        self, celery_id: str, task_name: str, args: Any, kwargs: Any, headers: Mapping[str, Any]
    ) -> TaskIdentity:
        """:param headers: of the message, or all that the run's request knows"""
        retries = headers.get("retries")
        before = headers.get(ATTEMPTS_BEFORE_HEADER)
        return TaskIdentity(
            celery_id,
            self._request_id(celery_id, task_name, args, kwargs),
            headers.get("shadow") or task_name,
            1 + (retries if isinstance(retries, int) else 0) + (before if isinstance(before, int) else 0),
            _traceparent(headers),
        )

    def of_request(self, task: Any, request: Any) -> TaskIdentity:
        """:param request: Celery's Context of a run"""
        return self.of(request.id, task.name, request.args, request.kwargs, vars(request))

    def _request_id(self, celery_id: str, task_name: str, args: Any, kwargs: Any) -> str:
        if self._argument is None:
            return celery_id
        value = self._argument_value(self._argument, task_name, args, kwargs)
        if value is None:
            return celery_id
        text = str(value)
        if name_problem(self._argument, text) is None:
            return text
        Logger().warning(
            "an argument is no task_request_id; the id of Celery is taken instead",
            argument=self._argument,
            task_name=task_name,
            task_id=celery_id,
        )
        return celery_id

    def _argument_value(self, name: str, task_name: str, args: Any, kwargs: Any) -> Any:
        if isinstance(kwargs, Mapping) and name in kwargs:
            return kwargs[name]
        position = self._position(name, task_name)
        if position is None or not isinstance(args, Sequence) or position >= len(args):
            return None
        return args[position]

    def _position(self, name: str, task_name: str) -> Optional[int]:
        """A producer may send tasks by name that it does not have: then only a keyword says which argument is which."""
        if task_name not in self._positions:
            task = self._app.tasks.get(task_name)
            if task is None:
                return None
            names = list(inspect.signature(task.run).parameters)
            self._positions[task_name] = names.index(name) if name in names else None
        return self._positions[task_name]


def _traceparent(headers: Mapping[str, Any]) -> Optional[str]:
    """Instrumentation puts it beside Celery's own headers, or Celery keeps it among those of the application."""
    own = headers.get("headers")
    return read_traceparent(
        headers.get("traceparent") or (own.get("traceparent") if isinstance(own, Mapping) else None)
    )
