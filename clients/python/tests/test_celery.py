"""What Celery's tasks say, eager and in a real worker of this process. Pools and brokers are tested in test/celery."""

import os
import time
import unittest
from typing import Any, Callable, Dict, List
from unittest import mock

from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.exceptions import Ignore, Reject
from celery.worker.state import revoked as revoked_ids

import taskwire.celery
from taskwire import TaskwireError, configure, report_progress
from taskwire.celery.progress_of import progress_of
from taskwire.celery.received_requests import ReceivedRequests

from .surroundings import FolderCase

app = Celery("tests", broker="memory://", backend="cache+memory://")
app.conf.update(task_default_retry_delay=0, worker_hijack_root_logger=False)


@app.task
def add(x: int, y: int) -> int:
    return x + y


@app.task
def quote(task_request_id: str, month: int = 1) -> str:
    return f"{task_request_id} {month}"


@app.task(ignore_result=True)
def forgettable() -> str:
    return "nobody asked"


@app.task
def fail(words: str) -> None:
    raise ValueError(words)


@app.task(bind=True, max_retries=2)
def flaky(self: Any, attempts: int) -> int:
    if self.request.retries + 1 < attempts:
        raise self.retry(exc=OSError(f"attempt {self.request.retries + 1}"), countdown=0)
    return int(self.request.retries)


@app.task(bind=True)
def stepwise(self: Any) -> str:
    self.update_state(state="PROGRESS", meta={"current": 1, "total": 4})
    time.sleep(0.11)
    self.update_state(state="LOADING", meta={"file": "a"})
    time.sleep(0.11)
    report_progress(0.75)
    return "done"


@app.task
def ignore() -> None:
    raise Ignore("not for me")


@app.task(bind=True)
def declare(self: Any) -> None:
    self.update_state(state="FAILURE", meta={"exc_type": "OutOfStock", "exc_message": "none left"})
    raise Ignore()


@app.task
def reject() -> None:
    raise Reject("bad luck", requeue=False)


@app.task(bind=True)
def hand_over(self: Any) -> None:
    raise self.replace(add.s(20, 22))


@app.task
def leave() -> None:
    raise SystemExit("enough")


@app.task
def outer() -> int:
    return int(add.apply((1, 2)).get(disable_sync_subtasks=False)) + 1


class CeleryCase(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.told = configure(self.notifier())

    def install(self, **options: Any) -> None:
        taskwire.celery.install(app, **options)

    def events(self, task_request_id: str) -> List[Dict[str, Any]]:
        found = [event for event in self.payloads(self.told) if event["task_request_id"] == task_request_id]
        return sorted(found, key=lambda event: event["timestamp"])

    def path(self, task_request_id: str) -> List[str]:
        return [f"{event['status']} {event['attempt']}" for event in self.events(task_request_id)]

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        until = time.monotonic() + 10
        while not condition():
            self.assertLess(time.monotonic(), until, [event["status"] for event in self.payloads(self.told)])
            time.sleep(0.01)


class EagerTasks(CeleryCase):
    def test_success_has_the_result_and_the_time_it_took(self) -> None:
        self.install()
        add.apply((1, 2), task_id="sum")
        running, success = self.events("sum")
        self.assertEqual(running["task_name"], f"{__name__}.add")
        self.assertIn("started_at", running["data"])
        self.assertEqual((success["status"], success["data"]["result"]), ("SUCCESS", 3))
        self.assertGreaterEqual(success["data"]["execution_time"], 0)

    def test_arguments_and_results_stay_where_they_are_unless_they_are_asked_for(self) -> None:
        self.install(send_results=False)
        add.apply((1, 2), task_id="sum")
        forgettable.apply(task_id="forgettable")
        self.install(send_arguments=True)
        with app.connection_for_write() as connection:
            add.apply_async((5, 6), task_id="open", connection=connection)
        self.install(send_arguments=lambda name, args, kwargs: 1 / 0)
        add.apply_async((5, 6), task_id="unreadable")
        self.install(send_arguments=lambda name, args, kwargs: {"x": args[0]})
        add.apply_async((5, 6), task_id="chosen")
        self.assertNotIn("result", self.events("sum")[1]["data"])
        self.assertNotIn("result", self.events("forgettable")[1]["data"])
        self.assertEqual(self.events("open")[0]["data"]["arguments"], {"args": [5, 6], "kwargs": {}})
        self.assertEqual(self.events("unreadable")[0]["data"]["arguments"], "[unreadable: division by zero]")
        self.assertEqual(self.events("chosen")[0]["data"]["arguments"], {"x": 5})

    def test_failure_has_the_error_its_type_and_its_traceback(self) -> None:
        self.install()
        fail.apply(("no such thing",), task_id="failed")
        data = self.events("failed")[1]["data"]
        self.assertEqual((data["error"], data["error_type"]), ("no such thing", "ValueError"))
        self.assertIn("raise ValueError(words)", data["traceback"])

    def test_each_attempt_says_why_there_will_be_another_one(self) -> None:
        self.install()
        flaky.apply((3,), task_id="flaky")
        self.assertEqual(
            self.path("flaky"), ["RUNNING 1", "RETRY 1", "RUNNING 2", "RETRY 2", "RUNNING 3", "SUCCESS 3"]
        )
        retry = self.events("flaky")[1]["data"]
        self.assertEqual((retry["error"], retry["error_type"], retry["retry_in_s"]), ("attempt 1", "OSError", 0))
        flaky.apply((9,), task_id="given-up")
        self.assertEqual(self.path("given-up")[-2:], ["RUNNING 3", "FAILURE 3"])

    def test_progress_comes_from_update_state_and_from_report_progress(self) -> None:
        self.install()
        stepwise.apply(task_id="steps")
        reports = [(event.get("progress"), event["data"]) for event in self.events("steps")[1:-1]]
        self.assertEqual(
            reports, [(0.25, {"current": 1, "total": 4}), (None, {"file": "a", "state": "LOADING"}), (0.75, {})]
        )

    def test_what_celery_has_no_signal_for_has_an_end_as_well(self) -> None:
        self.install()
        ignore.apply(task_id="ignored")
        declare.apply(task_id="declared")
        reject.apply(task_id="rejected")
        with self.assertRaises(SystemExit):
            leave.apply(task_id="left")
        self.assertEqual(self.path("ignored"), ["RUNNING 1", "CANCELLED 1"])
        self.assertEqual(self.events("ignored")[1]["data"]["reason"], "ignored")
        declared = self.events("declared")[1]
        self.assertEqual((declared["status"], declared["data"]["error_type"]), ("FAILURE", "OutOfStock"))
        self.assertEqual(self.events("rejected")[1]["data"]["error_type"], "Reject")
        self.assertEqual(self.events("left")[1]["data"]["error_type"], "SystemExit")
        self.assertEqual(self.told.running_tasks.ids, [])

    def test_a_task_within_a_task_has_a_story_of_its_own(self) -> None:
        self.install()
        outer.apply(task_id="outer")
        names = [(event["status"], event["task_name"].rpartition(".")[2]) for event in self.payloads(self.told)]
        expected = [("RUNNING", "outer"), ("RUNNING", "add"), ("SUCCESS", "add"), ("SUCCESS", "outer")]
        self.assertEqual(names, expected)

    def test_a_result_back_end_that_fails_makes_the_task_fail_as_it_does_for_celery(self) -> None:
        self.install()
        with mock.patch.object(app.backend, "mark_as_done", side_effect=OSError("disk full")):
            with self.assertRaises(OSError):
                add.apply((1, 2), task_id="unsaved")
        self.assertEqual(self.path("unsaved"), ["RUNNING 1", "FAILURE 1"])

    def test_the_id_is_that_of_an_argument_where_one_is_named(self) -> None:
        self.install(id_argument="task_request_id")
        quote.apply(("by-position",))
        quote.apply((), {"task_request_id": "by-keyword"})
        quote.apply_async(("sent",))
        app.send_task("elsewhere", (), {"task_request_id": "sent-by-name"})
        add.apply((1, 2), task_id="has-no-such-argument")
        quote.apply(("x" * 256,), task_id="too-long")
        self.assertEqual(self.path("by-position"), ["RUNNING 1", "SUCCESS 1"])
        quote.apply(("known",), task_id="celerys-own")
        self.assertEqual(self.events("known")[0]["data"]["celery_task_id"], "celerys-own")
        self.assertNotIn("celery_task_id", self.events("has-no-such-argument")[0]["data"])
        self.assertEqual(self.path("by-keyword"), ["RUNNING 1", "SUCCESS 1"])
        self.assertEqual(self.path("sent"), ["PENDING 1"])
        self.assertEqual(self.path("sent-by-name"), ["PENDING 1"])
        self.assertEqual(self.path("has-no-such-argument"), ["RUNNING 1", "SUCCESS 1"])
        self.assertEqual(self.path("too-long"), ["RUNNING 1", "SUCCESS 1"])

    def test_what_is_to_be_skipped_is(self) -> None:
        self.install(skip=["*.add"])
        add.apply((1, 2), task_id="sum")
        add.apply_async((1, 2), task_id="sent")
        fail.apply(("told",), task_id="told")
        self.assertEqual({event["task_request_id"] for event in self.payloads(self.told)}, {"told"})

    def test_installing_twice_says_everything_once(self) -> None:
        self.install()
        self.install()
        stepwise.apply(task_id="steps")
        self.assertEqual(len(self.events("steps")), 5)

    def test_a_wrong_setting_is_named_where_the_app_is_made(self) -> None:
        with mock.patch.dict(os.environ, {"TASKWIRE_EVENT_BYTES_MAX": "many"}):
            with self.assertRaisesRegex(TaskwireError, "TASKWIRE_EVENT_BYTES_MAX: expected a whole number"):
                self.install()

    def test_a_trace_is_carried_on(self) -> None:
        self.install()
        trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
        add.apply_async((1, 2), task_id="traced", headers={"traceparent": trace})
        add.apply_async((1, 2), task_id="nonsense", headers={"traceparent": "nonsense"})
        self.assertEqual(self.events("traced")[0]["traceparent"], trace)
        self.assertNotIn("traceparent", self.events("nonsense")[0])


class TasksOfAWorker(CeleryCase):
    worker: Any

    @classmethod
    def setUpClass(cls) -> None:
        taskwire.celery.install(app)
        cls.worker = start_worker(app, pool="solo", perform_ping_check=False, loglevel="CRITICAL")
        cls.worker.__enter__()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.worker.__exit__(None, None, None)

    def setUp(self) -> None:
        super().setUp()
        self.install()

    def ends(self, task_request_id: str, path: List[str]) -> List[Dict[str, Any]]:
        self.wait_for(lambda: len(self.path(task_request_id)) >= len(path))
        self.assertEqual(self.path(task_request_id), path)
        return self.events(task_request_id)

    def test_a_task_is_pending_before_it_runs(self) -> None:
        add.apply_async((1, 2), task_id="sum")
        pending, running, _ = self.ends("sum", ["PENDING 1", "RUNNING 1", "SUCCESS 1"])
        self.assertEqual(pending["data"], {"queue": "celery"})
        self.assertEqual(running["data"]["queue"], "celery")

    def test_a_task_that_is_tried_again_is_not_pending_in_between(self) -> None:
        flaky.apply_async((2,), task_id="flaky")
        self.ends("flaky", ["PENDING 1", "RUNNING 1", "RETRY 1", "RUNNING 2", "SUCCESS 2"])

    def test_a_task_that_is_replaced_ends_when_its_replacement_does(self) -> None:
        hand_over.apply_async(task_id="replaced")
        self.ends("replaced", ["PENDING 1", "RUNNING 1", "PENDING 2", "RUNNING 2", "SUCCESS 2"])

    def test_a_revoked_task_and_one_that_expired_are_cancelled(self) -> None:
        revoked_ids.add("revoked")
        add.apply_async((1, 2), task_id="revoked")
        add.apply_async((1, 2), task_id="expired", expires=-1)
        self.assertEqual(self.ends("revoked", ["PENDING 1", "CANCELLED 1"])[1]["data"]["reason"], "revoked")
        self.assertEqual(self.ends("expired", ["PENDING 1", "CANCELLED 1"])[1]["data"]["reason"], "expired")

    def test_a_task_that_no_module_defines_fails(self) -> None:
        app.send_task("no.such.task", task_id="unknown")
        failure = self.ends("unknown", ["PENDING 1", "FAILURE 1"])[1]
        self.assertEqual((failure["task_name"], failure["data"]["error_type"]), ("no.such.task", "NotRegistered"))

    def test_a_message_that_cannot_be_understood_fails(self) -> None:
        add.apply_async((1, 2), task_id="pickled", serializer="pickle")
        failure = self.ends("pickled", ["PENDING 1", "FAILURE 1"])[1]
        self.assertEqual(failure["data"]["error_type"], "ContentDisallowed")
        with app.producer_or_acquire() as producer:
            headers = {"id": "no-mapping", "task": add.name, "retries": 2}
            producer.publish(([1, 2], "no mapping", {}), routing_key="celery", headers=headers, serializer="json")
        self.assertEqual(self.ends("no-mapping", ["FAILURE 3"])[0]["data"]["error_type"], "InvalidTaskError")


class Request:
    def __init__(self, number: int) -> None:
        self.id = f"task-{number}"
        self.args = [number]


class Requests(unittest.TestCase):
    def test_are_found_by_their_own_arguments_for_as_long_as_they_live(self) -> None:
        requests = ReceivedRequests()
        first, again = Request(1), Request(1)
        for request in (first, again):
            requests.add(request)
        self.assertIs(requests.find("task-1", first.args), first)
        self.assertIs(requests.find("task-1", again.args), again)
        self.assertIsNone(requests.find("task-1", [1]))
        self.assertIsNone(requests.find("task-2", first.args))

    def test_are_not_kept_for_ever_nor_forgotten_while_they_live(self) -> None:
        requests = ReceivedRequests()
        alive = [Request(number) for number in range(1_500)]
        for request in alive:
            requests.add(request)
        kept = []
        for number in range(5_000):
            gone = Request(number)
            kept.append(gone.args)
            requests.add(gone)
        self.assertTrue(all(requests.find(each.id, each.args) is each for each in alive))
        self.assertLess(len(requests._requests), 2_600)


class Progress(unittest.TestCase):
    def test_of_what_tasks_say(self) -> None:
        for meta, progress in (
            ({"progress": 0.5}, 0.5),
            ({"current": 3, "total": 4}, 0.75),
            ({"percent": 20}, 0.2),
            ({"current": 3, "total": 0}, None),
            ({"current": True, "total": 2}, None),
            ({"progress": float("nan")}, None),
            ({"progress": 10**400}, None),
            ({"file": "a"}, None),
            ("half", None),
            (None, None),
        ):
            self.assertEqual(progress_of(meta), progress, meta)
