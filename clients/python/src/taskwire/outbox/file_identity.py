"""What tells a file from a copy of it."""

import os
from functools import lru_cache


def file_identity(path: str) -> str:
    """Device, inode and the boot of the host. After a real reboot it differs as well, since a machine cloned while it was
    off cannot be told from one that was restarted; all that follows is that nobody declares the old publisher closed, and
    that it is collected for its silence instead.
    """
    status = os.stat(path)
    return f"{status.st_dev}:{status.st_ino}:{_boot_id()}"


@lru_cache(maxsize=None)
def _boot_id() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "unknown"
