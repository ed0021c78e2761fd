"""Exceptions that somebody throws into a running task from outside. Whatever we are doing for it at that moment must let
them through, while no mistake of our own may reach the task.
"""

import sys

#: (module, class), looked up only where somebody has imported it.
_INTERRUPTIONS = (
    ("billiard.exceptions", "SoftTimeLimitExceeded"),
    ("rq.timeouts", "BaseTimeoutException"),
)


def is_interruption(error: BaseException) -> bool:
    """Besides those that are no ``Exception`` at all, such as KeyboardInterrupt or gevent's Timeout."""
    if not isinstance(error, Exception):
        return True
    classes = (getattr(sys.modules.get(module), name, None) for module, name in _INTERRUPTIONS)
    return any(isinstance(known, type) and isinstance(error, known) for known in classes)


def let_through(error: BaseException) -> None:
    """:raises BaseException: the error itself, where it came from outside"""
    if is_interruption(error):
        raise error
