"""The name of one worker process among all."""

import os
import re
import socket


def worker_id(worker_container: str, random: str) -> str:
    """``container:host:pid:random``, without anything that a terminal or a log would not print."""
    text = f"{worker_container}:{socket.gethostname()}:{os.getpid()}:{random}"
    return re.sub(r"[^\x20-\x7e]", "?", text)[:255]
