"""A worker in Python that says everything that can be said, in the ways that there are, and dies after it."""

import datetime
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients/python/src"))

import taskwire  # noqa: E402

deep: dict = {}
for _ in range(1_000):
    deep = {"deeper": deep}

#: Each a value that JSON, a double or PostgreSQL has its troubles with.
NASTY = {
    "nul": "a\0b",
    "surrogate": "a\ud800b",
    "nan": float("nan"),
    "infinity": float("-inf"),
    "huge": 10**400,
    "above-2-53": 2**53 + 1,
    "date": datetime.date(2026, 1, 2),
    "deep": deep,
    "astral": "😀" * 1_000,
    "large": "é" * 2_000_000,
}


@taskwire.tracked(task_name="tasks.python.decorated")
def decorated(task_request_id, value):
    taskwire.report_progress(0.5, {"half": True})
    return {"value": value}


for name, value in NASTY.items():
    assert taskwire.publish_task_event(f"nasty-{name}", "RUNNING", {"before": 1, name: value, "after": 2})
    assert taskwire.publish_task_event(f"nasty-{name}", "SUCCESS", {"result": value}, task_name="tasks.python.nasty")
decorated("decorated-1", 42)
try:
    with taskwire.get_notifier().running("failed-1", attempt=3):
        raise ValueError("no such thing")
except ValueError:
    pass

if "--acknowledged" in sys.argv:
    assert taskwire.get_notifier().flush(60_000)
    print(taskwire.get_notifier().status().outbox_file, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
