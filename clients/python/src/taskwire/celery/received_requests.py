"""Requests that the worker's main process has on its hands."""

from typing import Any, Dict
from weakref import ref

#: So many that are gone are kept at most.
_GONE_MAX = 1_000


class ReceivedRequests:
    """The signal of a failure does not say which attempt failed, but it has the args of that very request: by them it is
    found. Requests are held weakly, as nothing tells of the end of most of them, and without a callback: Celery's worker is
    stopped by an exception in whatever its main thread does, and Python swallows those in a callback of a weak reference.
    """

    def __init__(self) -> None:
        self._requests: "Dict[int, ref[Any]]" = {}
        self._clear_at = _GONE_MAX

    def add(self, request: Any) -> None:
        self._requests[id(request.args)] = ref(request)
        if len(self._requests) > self._clear_at:
            self._requests = {key: held for key, held in self._requests.items() if held() is not None}
            self._clear_at = len(self._requests) + _GONE_MAX

    def find(self, task_id: str, args: Any) -> Any:
        """None where it is not known."""
        held = self._requests.get(id(args))
        request = None if held is None else held()
        return request if request is not None and request.id == task_id else None
