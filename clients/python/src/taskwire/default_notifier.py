"""The notifier of the process, made from the environment when it is first needed."""

import atexit
import threading
from typing import Any, Mapping, Optional

from .interruption import let_through
from .log import Logger
from .notifier import TaskStatusNotifier
from .protocol.errors import message_of

_lock = threading.Lock()
_notifier: Optional[TaskStatusNotifier] = None
_failed = False


def get_notifier() -> TaskStatusNotifier:
    """The notifier of this process, running. It is stopped when the interpreter ends.

    :raises TaskwireError: ``setting_invalid``, one line that names the variable
    """
    # Without the lock, which a fork may find held.
    return _notifier or configure()


def configure(notifier: Optional[TaskStatusNotifier] = None) -> TaskStatusNotifier:
    """Makes this one the notifier of the process, or one from the environment, and starts it. To be called at the start
    of a process, where a wrong setting should end it.

    :raises TaskwireError: ``setting_invalid``, one line that names the variable
    """
    global _notifier, _failed
    chosen = notifier or TaskStatusNotifier.from_environment()
    with _lock:
        before, _notifier, _failed = _notifier, chosen, False
        if before is None:
            atexit.register(_stop)
    if before is not None and before is not chosen:
        before.stop()
    chosen.start()
    return chosen


def publish_task_event(
    task_request_id: str,
    status: str,
    data: Optional[Mapping[str, Any]] = None,
    task_name: Optional[str] = None,
    **more: Any,
) -> bool:
    """Says what became of a task; in the place of a function that publishes to Redis by itself. Never throws, and never
    waits for the network.

    :param more: attempt, progress, timestamp, traceparent: see :meth:`TaskStatusNotifier.publish`
    :returns: whether it was accepted
    """
    global _failed
    try:
        return get_notifier().publish(task_request_id, status, data, task_name=task_name, **more).accepted
    except Exception as error:
        let_through(error)
        if not _failed:
            Logger().error("task events are not published", problem=message_of(error))
        _failed = True
        return False


def _stop() -> None:
    if _notifier is not None:
        _notifier.stop()
