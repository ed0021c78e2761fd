"""PENDING, from whoever sends a task."""

import threading
from typing import Any, Mapping, Optional, Tuple

from ..default_notifier import get_notifier
from ..protocol.timestamp import format_timestamp
from .identity import ATTEMPTS_BEFORE_HEADER, Identities, TaskIdentity
from .options import CeleryOptions
from .runs import Runs


class Publishing:
    """The event is published once the broker has the message, so that what was never sent is not told of; it carries the
    time from before, so that it is not later than the RUNNING of a quick worker.
    """

    def __init__(self, identities: Identities, options: CeleryOptions, runs: Runs) -> None:
        self._identities = identities
        self._options = options
        self._runs = runs
        self._begun = threading.local()

    def before(self, headers: Any = None, body: Any = None, **_: Any) -> None:
        """Celery's before_task_publish: ``headers`` are the ones that will be sent."""
        self._begun.at_us = get_notifier().options.clock_us()
        self._begun.celery_id = _message(headers, body)[0]
        run = self._runs.current(self._begun.celery_id)
        if run is None or not isinstance(headers, dict):
            return
        # The running task sends itself: to be tried again, or to be replaced by another under its id.
        is_retry = bool(headers.get("retries"))
        before = run.attempts_before if is_retry else run.identity.attempt
        if before > 0:
            headers[ATTEMPTS_BEFORE_HEADER] = before
        if is_retry:
            run.retried_at_us = self._begun.at_us
        else:
            run.was_replaced = True

    def after(self, sender: Any = None, headers: Any = None, body: Any = None, routing_key: Any = None, **_: Any) -> None:
        """Celery's after_task_publish: ``sender`` is the task's name."""
        celery_id, args, kwargs, known = _message(headers, body)
        # Of a task that is tried again RETRY says enough, and a later PENDING would hide it.
        if celery_id is None or known.get("retries") or self._options.skips(sender):
            return
        identity = self._identities.of(celery_id, sender, args, kwargs, known)
        told = {"queue": routing_key, **{name: known.get(name) for name in ("eta", "expires", "parent_id")}}
        get_notifier().publish(
            identity.task_request_id,
            "PENDING",
            {
                **identity.data,
                **{name: value for name, value in told.items() if value is not None},
                **self._options.arguments(sender, args or (), kwargs or {}),
            },
            timestamp=self._time_before(identity),
            **identity.about,
        )

    def _time_before(self, identity: TaskIdentity) -> Optional[str]:
        if getattr(self._begun, "celery_id", None) != identity.celery_id:
            return None
        return format_timestamp(self._begun.at_us)


def _message(headers: Any, body: Any) -> Tuple[Optional[str], Any, Any, Mapping[str, Any]]:
    """Id, args, kwargs and headers. In version 1 of Celery's protocol all of it is in the body."""
    if isinstance(headers, Mapping) and "id" in headers:
        args, kwargs = (body[0], body[1]) if isinstance(body, (tuple, list)) and len(body) > 1 else (None, None)
        return headers["id"], args, kwargs, headers
    if isinstance(body, Mapping):
        return body.get("id"), body.get("args"), body.get("kwargs"), body
    return None, None, None, {}
