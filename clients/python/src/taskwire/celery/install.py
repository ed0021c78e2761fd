"""Connects Celery's signals."""

import functools
import os
from typing import Any, Callable, Dict, Optional, Sequence, Union

from celery import signals
from celery.app.task import Task

from ..interruption import let_through
from ..log import Logger
from ..notifier import TaskStatusNotifier
from ..protocol.errors import message_of
from ..settings import read_settings
from .identity import Identities
from .options import ArgumentsView, CeleryOptions
from .publishing import Publishing
from .reports import Reports
from .runs import Runs
from .worker_process import WorkerProcess

_UID = "taskwire"

Receiver = Callable[..., object]

_celerys_update_state = Task.update_state


def install(
    app: Any,
    *,
    id_argument: Optional[str] = None,
    send_arguments: Union[bool, ArgumentsView] = False,
    send_results: bool = True,
    skip: Sequence[str] = (),
) -> None:
    """Publishes the statuses of all tasks that this process sends or runs: PENDING, RUNNING, RETRY, SUCCESS, FAILURE,
    CANCELLED and progress. To be called where the app is made, so in workers and in what sends tasks to them. Celery's
    signals are the process's, not the app's: a second call takes the place of the first.

    :param id_argument: the argument that holds the task_request_id; default: TASKWIRE_CELERY_ID_ARGUMENT, or else Celery's
        own id. Tasks without it have Celery's
    :param send_arguments: True: the arguments go with PENDING; or what makes of name, args and kwargs what may be seen.
        Default: they may hold secrets, and stay
    :param send_results: False: SUCCESS carries no result, as always for tasks that ignore it
    :param skip: names, or patterns such as ``metrics.*``, of tasks that are not to be told of
    :raises TaskwireError: ``setting_invalid``, one line that names the variable
    """
    settings = read_settings(os.environ)
    # For its checks alone: a wrong setting is to stop the process here, and not to be a line in its log later.
    TaskStatusNotifier.from_settings(settings)
    options = CeleryOptions(id_argument or settings.celery_id_argument, send_arguments, send_results, tuple(skip))
    identities = Identities(app, options)
    runs = Runs(identities, options)
    reports = Reports(identities, options, runs)
    publishing = Publishing(identities, options, runs)
    process = WorkerProcess(runs, reports)
    receivers: Dict[Any, Receiver] = {
        signals.before_task_publish: publishing.before,
        signals.after_task_publish: publishing.after,
        signals.task_received: reports.received,
        signals.task_prerun: runs.prerun,
        signals.task_postrun: runs.postrun,
        signals.task_success: runs.success,
        signals.task_retry: runs.retry,
        signals.task_failure: reports.failure,
        signals.task_internal_error: reports.internal_error,
        signals.task_revoked: reports.revoked,
        signals.task_unknown: reports.unknown,
        signals.task_rejected: reports.rejected,
        signals.worker_init: process.worker_init,
        signals.worker_process_init: process.process_init,
        signals.worker_ready: process.worker_ready,
        signals.worker_process_shutdown: process.process_shutdown,
        signals.worker_shutdown: process.worker_shutdown,
    }
    for signal, receiver in receivers.items():
        signal.disconnect(dispatch_uid=_UID)
        signal.connect(_harmless(receiver), weak=False, dispatch_uid=_UID)
    _watch_update_state(_harmless(runs.update_state))


def _harmless(receiver: Receiver) -> Receiver:
    """No mistake of ours reaches a task, or fills the log with a trace for each of them."""

    @functools.wraps(receiver)
    def receive(*args: Any, **kwargs: Any) -> None:
        try:
            receiver(*args, **kwargs)
        except Exception as error:
            let_through(error)
            Logger().error("a status of a task was not told", signal=receiver.__name__, problem=message_of(error))

    return receive


def _watch_update_state(tell: Receiver) -> None:
    @functools.wraps(_celerys_update_state)
    def update_state(self: Any, task_id: Any = None, state: Any = None, meta: Any = None, **kwargs: Any) -> Any:
        tell(self, task_id, state, meta)
        return _celerys_update_state(self, task_id, state, meta, **kwargs)

    Task.update_state = update_state
