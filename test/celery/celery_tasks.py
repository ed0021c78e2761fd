"""A Celery application as its tutorial shows, with the one line; and what sends its tasks."""

import json
import os
import signal
import sys
import time
from typing import Any

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients/python/src"))

from celery import Celery  # noqa: E402

import taskwire.celery  # noqa: E402

app = Celery("celery_tasks", broker=os.environ["CELERY_BROKER"], backend=os.environ.get("CELERY_BACKEND"))
app.conf.update(json.loads(os.environ.get("CELERY_SETTINGS", "{}")))
taskwire.celery.install(app)


@app.task
def add(x: int, y: int) -> int:
    return x + y


@app.task(bind=True)
def note(self: Any, path: str) -> None:
    """Writes down that it began and that it ended, so that what Celery did is known without taskwire."""
    for word in ("began", "ended"):
        with open(path, "a") as file:
            file.write(f"{word} {self.request.id}\n")
        time.sleep(0.02)


@app.task
def report(content: Any) -> Any:
    return content


@app.task
def fail(words: str) -> None:
    raise ValueError(words)


@app.task(bind=True, default_retry_delay=0)
def flaky(self: Any, attempts: int) -> int:
    if self.request.retries + 1 < attempts:
        raise self.retry(exc=OSError(f"attempt {self.request.retries + 1}"))
    return int(self.request.retries)


@app.task(bind=True)
def stepwise(self: Any, steps: int) -> str:
    for step in range(1, steps + 1):
        self.update_state(state="PROGRESS", meta={"current": step, "total": steps})
        time.sleep(0.12)
    return "done"


@app.task
def wait_for(path: str) -> str:
    """Runs until there is such a file."""
    while not os.path.exists(path):
        time.sleep(0.02)
    return "there it is"


@app.task
def wait_under_my_name(task_request_id: str, path: str) -> str:
    return f"{wait_for.run(path)}, says {task_request_id}"


@app.task(acks_late=True)
def wait_for_late(path: str) -> str:
    return str(wait_for.run(path))


@app.task(acks_late=True, reject_on_worker_lost=True)
def die_once(path: str) -> str:
    """Takes its process with it, the first time."""
    if os.path.exists(path):
        return "better luck this time"
    with open(path, "w"):
        pass
    os.kill(os.getpid(), signal.SIGKILL)
    return "not reached"


def die_when_acknowledged(task: Any) -> None:
    """A worker that sees its child end before it has read that the child took a task gives the task to another child,
    where it runs, and dies, a second time. It acknowledges what it knows to be taken.
    """
    tag = task.request.properties["delivery_tag"]
    with app.connection_for_read() as connection:
        while connection.default_channel.client.hexists("unacked", tag):
            time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGKILL)


@app.task(bind=True)
def die(self: Any) -> None:
    die_when_acknowledged(self)


@app.task(bind=True, default_retry_delay=0)
def die_in_attempt(self: Any, attempt: int) -> None:
    if self.request.retries + 1 < attempt:
        raise self.retry()
    die_when_acknowledged(self)


@app.task(time_limit=1)
def dawdle() -> None:
    time.sleep(60)


@app.task(soft_time_limit=1)
def hurry() -> None:
    time.sleep(60)


def send(task: str, prefix: str, count: int, args: Any, options: Any) -> None:
    for number in range(count):
        given = [number if each == "NUMBER" else each for each in args]
        app.tasks[f"celery_tasks.{task}"].apply_async(given, task_id=f"{prefix}{number}", **options)


if __name__ == "__main__":
    # As -m celery imports it: tasks have the names of their module.
    import celery_tasks

    wish = json.loads(sys.argv[2])
    if sys.argv[1] == "revoke":
        told = app.control.revoke(wish["taskId"], terminate=wish["terminate"], reply=True, limit=1, timeout=30)
        assert told, "no worker has heard it"
    else:
        for each in wish:
            celery_tasks.send(**{"count": 1, "args": [], "options": {}, **each})
