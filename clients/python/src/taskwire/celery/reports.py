"""What the worker itself reports of tasks: those that a pool's child did not survive, revoked ones, unreadable ones."""

from typing import Any, Iterable, List, Mapping

from ..default_notifier import get_notifier
from .identity import Identities, TaskIdentity
from .options import CeleryOptions
from .received_requests import ReceivedRequests
from .runs import Runs, error_data


class Reports:
    def __init__(self, identities: Identities, options: CeleryOptions, runs: Runs) -> None:
        self._identities = identities
        self._options = options
        self._runs = runs
        self._requests = ReceivedRequests()

    def received(self, request: Any, **_: Any) -> None:
        if not self._options.skips(request.type):
            self._requests.add(request)

    def failure(self, sender: Any, task_id: str, exception: Any, args: Any, kwargs: Any, traceback: Any, **_: Any) -> None:
        request = self._requests.find(task_id, args)
        headers: Mapping[str, Any] = {} if request is None else request.request_dict
        self._tell_failure(sender.name, task_id, args, kwargs, headers, exception, traceback)

    def internal_error(
        self, sender: Any, task_id: str, args: Any, kwargs: Any, request: Any, exception: Any, traceback: Any, **_: Any
    ) -> None:
        """Around a task, also before it ran."""
        headers = request if isinstance(request, Mapping) else {}
        self._tell_failure(sender.name, task_id, args, kwargs, headers, exception, traceback)

    def revoked(self, sender: Any, request: Any, terminated: Any, signum: Any, expired: Any, **_: Any) -> None:
        if self._options.skips(sender.name):
            return
        reason = "expired" if expired else "terminated" if terminated else "revoked"
        data = {"reason": reason} if signum is None else {"reason": reason, "signal": str(signum)}
        self._tell(self._identities.of_request(sender, request), "CANCELLED", data)

    def unknown(self, message: Any, name: Any = None, id: Any = None, **_: Any) -> None:  # noqa: A002
        """No task of that name is here. Celery throws such messages away."""
        if isinstance(name, str) and self._options.skips(name):
            return
        words = f"the worker has no task {name}: it must import the module that defines it"
        self._tell_message(message, id, name, {"error": words, "error_type": "NotRegistered"})

    def rejected(self, message: Any, exc: Any = None, **_: Any) -> None:
        """The message cannot be understood. Celery throws it away."""
        headers = message.headers if isinstance(message.headers, Mapping) else {}
        data = {"error": "the worker cannot read the task's message", "error_type": "InvalidTaskMessage"}
        self._tell_message(message, headers.get("id"), headers.get("task"), error_data(exc) if exc else data)

    def active_ids(self) -> Iterable[str]:
        """Tasks that the worker has handed to its pool and heard nothing of since. A child says the same of itself, but
        may be kept from it by what it computes.
        """
        from celery.worker import state

        ids: List[str] = []
        try:
            for request in list(state.active_requests):
                if not self._options.skips(request.type):
                    identity = self._identities.of(
                        request.id, request.type, request.args, request.kwargs, request.request_dict
                    )
                    ids.append(identity.task_request_id)
        except RuntimeError:
            # It changed while it was read, which is by another thread: the next heartbeat comes soon.
            pass
        return ids

    def _tell_failure(
        self,
        task_name: str,
        celery_id: str,
        args: Any,
        kwargs: Any,
        headers: Mapping[str, Any],
        exception: Any,
        traceback: Any,
    ) -> None:
        if self._options.skips(task_name) or self._runs.failure(celery_id, exception, traceback):
            return
        identity = self._identities.of(celery_id, task_name, args, kwargs, headers)
        self._tell(identity, "FAILURE", error_data(exception, traceback))

    def _tell_message(self, message: Any, celery_id: Any, task_name: Any, data: Mapping[str, Any]) -> None:
        if not isinstance(celery_id, str):
            return
        headers = message.headers if isinstance(message.headers, Mapping) else {}
        args, kwargs = _arguments(message)
        self._tell(self._identities.of(celery_id, str(task_name or ""), args, kwargs, headers), "FAILURE", data)

    @staticmethod
    def _tell(identity: TaskIdentity, status: str, data: Mapping[str, Any]) -> None:
        get_notifier().publish(identity.task_request_id, status, data, **identity.about)


def _arguments(message: Any) -> "tuple[Any, Any]":
    try:
        args, kwargs, _ = message.payload
        return args, kwargs
    except Exception:
        return None, None
