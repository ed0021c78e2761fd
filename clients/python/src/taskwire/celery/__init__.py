"""Statuses of Celery's tasks, without a change in any task.

>>> app = Celery("tasks", broker=...)
>>> taskwire.celery.install(app)
"""

from .install import install

__all__ = ["install"]
