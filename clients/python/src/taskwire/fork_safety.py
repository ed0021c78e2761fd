"""What a fork must not tear apart. SQLite, locks and sockets do not survive a fork in the middle of their use; so every
notifier holds still while its process forks, and begins anew in the child.
"""

import os
import threading
from typing import List
from weakref import WeakSet


class ForkAware:
    """``lock`` is held while the process forks, by the thread that forks."""

    lock: threading.RLock

    def after_fork_in_child(self) -> None:
        raise NotImplementedError


_alive: "WeakSet[ForkAware]" = WeakSet()
_held: List[ForkAware] = []
_registered = False


def survive_forks(part: ForkAware) -> None:
    """Lets ``part`` survive forks for as long as it lives."""
    global _registered
    _alive.add(part)
    if not _registered and hasattr(os, "register_at_fork"):
        _registered = True
        os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)


def _before() -> None:
    # In one order, so that two threads that fork cannot wait for one another.
    for part in sorted(_alive, key=id):
        part.lock.acquire()
        _held.append(part)


def _after_in_parent() -> None:
    while _held:
        _held.pop().lock.release()


def _after_in_child() -> None:
    while _held:
        _held.pop().after_fork_in_child()
