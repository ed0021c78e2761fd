"""What install() was asked for."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Callable, Mapping, Optional, Sequence, Tuple, Union

from ..interruption import let_through
from ..protocol.errors import message_of

#: Called with the task's name, args and kwargs; what it returns is sent.
ArgumentsView = Callable[[str, Sequence[Any], Mapping[str, Any]], Any]

#: Celery's own errands, which nobody waits for.
_ERRANDS = ("celery.backend_cleanup", "celery.chord_unlock")


@dataclass(frozen=True)
class CeleryOptions:
    id_argument: Optional[str] = None
    send_arguments: Union[bool, ArgumentsView] = False
    send_results: bool = True
    skip: Tuple[str, ...] = ()

    def skips(self, task_name: str) -> bool:
        return _matches(task_name, _ERRANDS + self.skip)

    def arguments(self, task_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> "dict[str, Any]":
        """What is told of them, as members of an event's data."""
        if not callable(self.send_arguments):
            return {"arguments": {"args": list(args), "kwargs": dict(kwargs)}} if self.send_arguments else {}
        try:
            return {"arguments": self.send_arguments(task_name, args, kwargs)}
        except Exception as error:
            let_through(error)
            return {"arguments": f"[unreadable: {message_of(error)}]"}


@lru_cache(maxsize=4_096)
def _matches(task_name: str, patterns: Tuple[str, ...]) -> bool:
    return any(fnmatchcase(task_name, pattern) for pattern in patterns)
