"""Events beside the database of an outbox, and what is read anew from both after an interruption."""

import os
import sys
from types import FrameType
from typing import Any, Callable
from unittest import mock

from taskwire import TaskStatusNotifier
from taskwire.outbox.event_log import ReadLimits, StoredEvent
from taskwire.outbox.event_records import record_of
from taskwire.outbox.outbox import Outbox
from taskwire.outbox.set_aside import path_aside

from .surroundings import FolderCase

_EVERYTHING = ReadLimits(100_000, 2**53)


class Interruptions(FolderCase):
    def test_an_exception_from_outside_at_any_line_of_the_first_event_costs_no_other_one_and_doubles_none(self) -> None:
        for with_tail in (False, True):
            line = 1
            while self._interrupted_at(line, with_tail):
                line += 1
            self.assertGreater(line, 30)

    def _interrupted_at(self, line: int, with_tail: bool) -> bool:
        """:returns: whether there was such a line"""
        self.outbox = os.path.join(self.folder, f"outbox-{line}-{with_tail}.sqlite")
        if with_tail:
            leave_tail(self.outbox, "node", 0, [1, 2])
        notifier = self.notifier(outbox_path=self.outbox)
        interrupted = _interrupt(line, lambda: notifier.publish("struck", "RUNNING"))
        accepted = [notifier.publish("later", "RUNNING") for _ in range(3)]
        with self.subTest(line=line, with_tail=with_tail):
            self.assertEqual([outcome.durable for outcome in accepted], [True] * 3)
            ids = ids_in(notifier)
            self.assertEqual(len(ids), len(set(ids)))
            self.assertLessEqual({outcome.event_id for outcome in accepted}, set(ids))
            self.assertEqual([id_ for id_ in ids if id_.startswith("id-")], ["id-1", "id-2"] if with_tail else [])
        notifier.stop()
        return interrupted


class NodesTail(FolderCase):
    """A notifier for Node keeps its newest events beside the database."""

    def test_its_events_drain_under_their_own_publisher(self) -> None:
        leave_tail(self.outbox, "node", 40, [5, 6, 7])
        notifier = self.notifier()
        own = notifier.publish("mine", "RUNNING")
        self.assertEqual(ids_in(notifier), ["id-5", "id-6", "id-7", own.event_id])
        self.assertFalse(os.path.exists(f"{self.outbox}-tail"))
        with notifier.lock:
            left, _ = notifier._keeper.logs()
            self.assertEqual((left.publisher_id, left.deleted_to, left.closable), ("node", 4, False))

    def test_they_stay_there_while_nothing_is_published_and_are_deleted_when_they_are_done(self) -> None:
        leave_tail(self.outbox, "node", 0, [1, 2])
        for deleted_to, left in ((1, ["id-2"]), (2, [])):
            outbox = Outbox(self.outbox, 2**20, False, lambda: "python")
            (log,) = outbox.logs
            log.delete_to(deleted_to, 100)
            self.assertEqual([event.event_id for event in log.read(1, 9, _EVERYTHING)], left)
            outbox.close()
        self.assertFalse(os.path.exists(f"{self.outbox}-tail"))

    def test_what_is_in_the_database_too_is_there_once(self) -> None:
        leave_tail(self.outbox, "node", 0, [1, 2, 3])
        notifier = self.notifier()
        own = notifier.publish("mine", "RUNNING")
        notifier.stop()
        leave_tail(self.outbox, "node", 0, [1, 2, 3])
        again = self.notifier()
        second = again.publish("mine", "SUCCESS")
        self.assertEqual(ids_in(again), ["id-1", "id-2", "id-3", own.event_id, second.event_id])

    def test_what_is_damaged_is_set_aside_loudly_and_what_is_before_it_goes_on(self) -> None:
        leave_tail(self.outbox, "node", 0, [1, 2])
        with open(f"{self.outbox}-tail", "r+b") as file:
            file.seek(-4, os.SEEK_END)
            file.write(os.urandom(100))
        notifier = self.notifier()
        own = notifier.publish("mine", "RUNNING")
        self.assertEqual(ids_in(notifier), ["id-1", "id-2", own.event_id])
        self.assertIn("damaged", self.log.lines[0]["message"])
        self.assertEqual(len([name for name in os.listdir(self.folder) if "-tail.corrupt-" in name]), 1)

    def test_what_cannot_be_copied_aside_is_not_said_to_be(self) -> None:
        with open(f"{self.outbox}-tail", "wb") as file:
            file.write(os.urandom(1_000))
        os.mkdir(path_aside(f"{self.outbox}-tail", 0))
        with mock.patch("time.time_ns", return_value=0):
            outbox = Outbox(self.outbox, 1_048_576, False, lambda: "publisher")
        self.addCleanup(outbox.close)
        self.assertIsNone(outbox.tail_aside)
        self.assertRegex(outbox.tail_problem or "", "no copy could be made$")

    def test_random_bytes_are_no_tail(self) -> None:
        with open(f"{self.outbox}-tail", "wb") as file:
            file.write(os.urandom(1_000))
        notifier = self.notifier()
        self.assertTrue(notifier.publish("mine", "RUNNING").durable)
        self.assertIn("damaged", self.log.lines[0]["message"])


def _interrupt(line: int, work: Callable[[], object]) -> bool:
    """Raises at that line of the outbox's module, counted as they run. :returns: whether there were so many"""
    left = line

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(os.path.join("outbox", "outbox.py")):
            return trace
        if event == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)
    return left <= 0


def leave_tail(outbox: str, publisher_id: str, base_id: int, sequences: "list[int]") -> None:
    records = [StoredEvent(base_id, publisher_id, "")]
    records += [StoredEvent(sequence, f"id-{sequence}", f'{{"event_id":"id-{sequence}"}}') for sequence in sequences]
    with open(f"{outbox}-tail", "wb") as file:
        file.write(b"".join(record_of(record) for record in records) + bytes(4))


def ids_in(notifier: TaskStatusNotifier) -> "list[str]":
    with notifier.lock:
        logs = notifier._keeper.logs()
        return [event.event_id for log in logs for event in log.read(1, log.last_sequence, _EVERYTHING)]
