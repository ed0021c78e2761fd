"""What a task notices of its notifier, without a Redis to be reached."""

import asyncio
import os
import signal
import time
import unittest
from typing import Any, List

import taskwire
from taskwire import TaskwireError, configure, publish_task_event, report_progress, tracked

from .surroundings import FolderCase


class Publishing(FolderCase):
    def test_publish_neither_throws_nor_waits_while_redis_is_away(self) -> None:
        notifier = self.notifier()
        notifier.start()
        times: List[float] = []
        for _ in range(300):
            begun = time.perf_counter()
            self.assertTrue(notifier.publish("a", "RUNNING", {"number": 1}))
            times.append(time.perf_counter() - begun)
        self.assertLess(sorted(times)[150], 0.001, "the median")
        self.assertEqual(notifier.status().lane, "holding")
        self.assertEqual(notifier.status().unacknowledged, 300)

    def test_a_wrong_event_is_refused_with_a_word_on_the_field_and_never_thrown(self) -> None:
        notifier = self.notifier()
        for arguments, field in (
            (("", "RUNNING"), "task_request_id"),
            (("a", "running"), "status"),
            (("a", "RUNNING", [1]), "data"),
            ((None, "RUNNING"), "task_request_id"),
            (("a", ["RUNNING"]), "status"),
        ):
            outcome = notifier.publish(*arguments)  # type: ignore[arg-type]
            self.assertFalse(outcome)
            self.assertEqual(outcome.error.code, "event_invalid")  # type: ignore[union-attr]
            self.assertTrue(str(outcome.error).startswith(f"{field}: expected "), outcome.error)

    def test_a_stopped_notifier_says_so_and_a_disabled_one_does_nothing(self) -> None:
        notifier = self.notifier()
        notifier.stop()
        self.assertEqual(notifier.publish("a", "RUNNING").error.code, "notifier_stopped")  # type: ignore[union-attr]
        silent = self.notifier(enabled=False)
        silent.start()
        self.assertTrue(silent.publish("", "?"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_an_option_that_is_wrong_is_named(self) -> None:
        for option in ({"outbox_bytes_max": 1}, {"worker_container": ""}, {"stop_timeout_ms": -1}):
            with self.assertRaises(TaskwireError) as refused:
                self.notifier(**option)
            self.assertIn(next(iter(option)), str(refused.exception))

    def test_a_time_limit_that_strikes_within_publish_reaches_the_task(self) -> None:
        class SoftTimeLimitExceeded(Exception):
            pass

        import sys
        import types

        module = types.ModuleType("billiard.exceptions")
        module.SoftTimeLimitExceeded = SoftTimeLimitExceeded  # type: ignore[attr-defined]
        before = sys.modules.get("billiard.exceptions")
        sys.modules["billiard.exceptions"] = module
        notifier = self.notifier()

        class Slow:
            def __str__(self) -> str:
                signal.raise_signal(signal.SIGUSR1)
                return "slow"

        def strike(number: int, frame: object) -> None:
            raise SoftTimeLimitExceeded()

        previous = signal.signal(signal.SIGUSR1, strike)
        try:
            with self.assertRaises(SoftTimeLimitExceeded):
                notifier.publish("a", "RUNNING", {"slow": Slow()})
            self.assertTrue(notifier.publish("a", "FAILURE").durable)
        finally:
            signal.signal(signal.SIGUSR1, previous)
            if before is None:
                del sys.modules["billiard.exceptions"]
            else:
                sys.modules["billiard.exceptions"] = before


class Running(FolderCase):
    def story(self, notifier: Any) -> List[Any]:
        return [(event["status"], event.get("progress"), event["data"]) for event in self.payloads(notifier)]

    def test_a_block_tells_running_progress_and_success_with_result_and_time(self) -> None:
        notifier = self.notifier()
        with notifier.running("a", task_name="t", attempt=2) as run:
            self.assertEqual(notifier.running_tasks.ids, ["a"])
            for step in range(100):
                run.report(step / 100)
            run.report(2, {"step": "last"})
            run.report(float("nan"))
            run.set_result({"sum": 3})
        first, *progress, (status, _, data) = self.story(notifier)
        self.assertEqual((first[0], list(first[2])), ("RUNNING", ["started_at"]))
        self.assertEqual(progress[0][1], 0)
        self.assertEqual(progress[-1][1:], (1, {"step": "last"}))
        self.assertLess(len(progress), 10)
        self.assertEqual((status, data["result"]), ("SUCCESS", {"sum": 3}))
        self.assertGreaterEqual(data["execution_time"], 0)
        self.assertEqual({event["attempt"] for event in self.payloads(notifier)}, {2})
        self.assertEqual(notifier.running_tasks.ids, [])

    def test_a_report_that_is_held_back_goes_when_its_time_comes(self) -> None:
        notifier = self.notifier()
        notifier.start()
        with notifier.running("a") as run:
            run.report(0.1)
            run.report(0.2)
            deadline = time.monotonic() + 20
            while self.payloads(notifier)[-1].get("progress") != 0.2:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)

    def test_a_block_that_raises_tells_the_error_and_lets_it_through(self) -> None:
        notifier = self.notifier()
        with self.assertRaises(ZeroDivisionError), notifier.running("a"):
            print(1 / 0)
        status, _, data = self.story(notifier)[-1]
        self.assertEqual((status, data["error"], data["error_type"]), ("FAILURE", "division by zero", "ZeroDivisionError"))
        self.assertIn("print(1 / 0)", data["traceback"])

    def test_the_decorator_finds_the_id_and_reports_from_within(self) -> None:
        notifier = self.notifier()

        @tracked(notifier=notifier)
        def add(task_request_id: str, a: int, b: int = 2) -> int:
            report_progress(0.5)
            return a + b

        @tracked(notifier=notifier, task_request_id=lambda order: f"order-{order}", task_name="orders.ship")
        async def ship(order: int) -> None:
            await asyncio.sleep(0)

        self.assertEqual(add("r-1", 1), 3)
        asyncio.run(ship(7))
        report_progress(0.9)
        events = self.payloads(notifier)
        self.assertEqual(
            [(event["task_request_id"], event["status"]) for event in events],
            [("r-1", "RUNNING"), ("r-1", "RUNNING"), ("r-1", "SUCCESS"), ("order-7", "RUNNING"), ("order-7", "SUCCESS")],
        )
        self.assertEqual(events[0]["task_name"], f"{__name__}.Running.{self._testMethodName}.<locals>.add")
        self.assertEqual(events[-1]["task_name"], "orders.ship")
        with self.assertRaises(TypeError):
            tracked(lambda other: other)

    def test_the_notifier_of_the_process_takes_what_a_function_of_old_published_by_itself(self) -> None:
        notifier = configure(self.notifier())
        self.assertIs(taskwire.get_notifier(), notifier)
        self.assertTrue(publish_task_event("r-1", "SUCCESS", {"result": 1}, task_name="t"))
        self.assertFalse(publish_task_event("r-1", "?", {}))
        (event,) = self.payloads(notifier)
        self.assertEqual((event["task_name"], event["data"]), ("t", {"result": 1}))

    def test_a_wrong_environment_stops_no_task(self) -> None:
        code = """
import os
os.environ["TASKWIRE_OUTBOX_FSYNC"] = "maybe"
import taskwire
print([taskwire.publish_task_event("a", "RUNNING", {}) for _ in range(2)])
taskwire.configure()
"""
        result = self.run_python(code)
        self.assertEqual(result.stdout.strip(), "[False, False]")
        self.assertIn("TASKWIRE_OUTBOX_FSYNC: expected true or false", result.stderr)
        self.assertNotEqual(result.returncode, 0)


if __name__ == "__main__":
    unittest.main()
