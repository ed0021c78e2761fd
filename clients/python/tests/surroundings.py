"""What tests are built of: a folder of their own, notifiers in it, processes that die."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List

from taskwire import TaskStatusNotifier
from taskwire.log import Logger

#: Nobody listens there: the discard port.
UNREACHABLE_REDIS_URL = "redis://127.0.0.1:9"

ROOT = Path(__file__).resolve().parents[3]


class CollectedLog(Logger):
    """Keeps what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: List[Dict[str, Any]] = []

    def _log(self, level: int, message: str, fields: Dict[str, Any]) -> None:
        self.lines.append({"level": logging.getLevelName(level), "message": message, **fields})


class FolderCase(unittest.TestCase):
    """A test with a folder of its own, in which an outbox may be."""

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="taskwire-python-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.outbox = os.path.join(self.folder, "outbox.sqlite")
        self.log = CollectedLog()

    def notifier(self, **options: Any) -> TaskStatusNotifier:
        notifier = TaskStatusNotifier(
            **{
                "redis_url": UNREACHABLE_REDIS_URL,
                "worker_container": "worker-1",
                "outbox_path": self.outbox,
                "stop_timeout_ms": 0,
                "logger": self.log,
                **options,
            }
        )
        self.addCleanup(notifier.stop)
        return notifier

    def run_python(self, code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs a program beside this test; its end is the caller's to judge."""
        prelude = f"import sys; sys.path.insert(0, {str(ROOT / 'clients/python/src')!r})\n"
        return subprocess.run(
            [sys.executable, "-c", prelude + code, *arguments], capture_output=True, text=True, timeout=60, check=False
        )

    def payloads(self, notifier: TaskStatusNotifier) -> List[Dict[str, Any]]:
        """Every event that the notifier has on its hands, in order."""
        from taskwire.outbox.event_log import ReadLimits

        with notifier.lock:
            return [
                json.loads(event.payload)
                for log in notifier._keeper.logs()
                for event in log.read(1, log.last_sequence, ReadLimits(100_000, 2**53))
            ]
