"""taskwire for Python workers: carries every status change of every task to the web container's database, once."""

from .default_notifier import configure, get_notifier, publish_task_event
from .notifier import PublishOutcome, TaskStatusNotifier
from .notifier_options import NotifierOptions
from .notifier_status import NotifierStatus
from .protocol.errors import TaskwireError
from .protocol.redis_names import RedisNames
from .settings import Settings, read_settings
from .task.run_task import TaskRun, report_progress
from .tracked import tracked

__version__ = "0.1.0"

__all__ = [
    "NotifierOptions",
    "NotifierStatus",
    "PublishOutcome",
    "RedisNames",
    "Settings",
    "TaskRun",
    "TaskStatusNotifier",
    "TaskwireError",
    "configure",
    "get_notifier",
    "publish_task_event",
    "read_settings",
    "report_progress",
    "tracked",
]
