"""Threads that work beside the tasks."""

import threading
from typing import Callable


def background_thread(what: str, run: Callable[[], None]) -> threading.Thread:
    """It does not keep the process from ending.

    Its name begins like those of threads that Python did not start. Celery counts all others: where its worker has any, a
    SIGTERM is only taken note of, and may wait for long until something else wakes the worker's loop.
    """
    return threading.Thread(target=run, name=f"Dummy-taskwire-{what}", daemon=True)
