"""Events on disk, whatever happens to the process and to the file."""

import multiprocessing
import os
import shutil
import signal
import sqlite3
import threading

from taskwire.outbox.event_log import ReadLimits, StoredEvent
from taskwire.outbox.event_records import record_of
from taskwire.outbox.outbox import Outbox
from taskwire.outbox.outbox_file import schema_statements

from .surroundings import FolderCase

_EVERYTHING = ReadLimits(100_000, 2**53)

_PUBLISH_AND_DIE = """
import os, signal
from taskwire import TaskStatusNotifier
notifier = TaskStatusNotifier(redis_url="redis://127.0.0.1:9", worker_container="w", outbox_path=sys.argv[1])
for number in range(int(sys.argv[2])):
    print(notifier.publish(f"task-{number}", "RUNNING").event_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


class OutboxFile(FolderCase):
    def test_what_was_accepted_survives_kill_9_and_drains_under_its_own_publisher(self) -> None:
        killed = self.run_python(_PUBLISH_AND_DIE, self.outbox, "50")
        self.assertEqual(killed.returncode, -signal.SIGKILL)
        ids = killed.stdout.split()
        notifier = self.notifier()
        own = notifier.publish("mine", "RUNNING")
        events = self.payloads(notifier)
        self.assertEqual([event["event_id"] for event in events], [*ids, own.event_id])
        self.assertEqual([event["sequence"] for event in events], [*range(1, 51), 1])
        self.assertEqual(len({event["publisher_id"] for event in events}), 2)

    def test_a_second_process_on_the_same_path_has_an_outbox_of_its_own(self) -> None:
        notifier = self.notifier()
        first = notifier.publish("a", "RUNNING")
        code = _PUBLISH_AND_DIE.replace("os.kill(os.getpid(), signal.SIGKILL)", "print(notifier.status().outbox_file)")
        other = self.run_python(code, self.outbox, "1")
        self.assertEqual(other.stdout.split()[-1], f"{self.outbox}.1", other.stderr)
        self.assertEqual(notifier.publish("a", "SUCCESS").sequence, first.sequence + 1)

    def test_the_outbox_of_a_process_that_is_gone_is_taken_over(self) -> None:
        holder = self.notifier()
        holder.publish("a", "RUNNING")
        killed = self.run_python(_PUBLISH_AND_DIE, self.outbox, "3")
        keeper = holder._keeper
        with holder.lock:
            self.assertEqual(keeper.left_over(), [f"{self.outbox}.1"])
            keeper.adopt(f"{self.outbox}.1")
            self.assertEqual(keeper.left_over(), [])
        self.assertEqual(len(self.payloads(holder)), 1 + len(killed.stdout.split()))

    def test_an_older_copy_put_in_its_place_does_not_make_a_sequence_come_twice(self) -> None:
        outbox = Outbox(self.outbox, 2**20, False, lambda: os.urandom(8).hex())
        outbox.append(lambda publisher, sequence: ("id-1", "{}"))  # type: ignore[arg-type,return-value]
        outbox.close()
        shutil.copy(self.outbox, f"{self.outbox}.copy")
        seen = set()
        for _ in range(3):
            shutil.copy(f"{self.outbox}.copy", self.outbox)
            again = Outbox(self.outbox, 2**20, False, lambda: os.urandom(8).hex())
            stored = again.append(lambda publisher, sequence: (publisher, "{}"))  # type: ignore[arg-type,return-value]
            seen.add((stored.event_id, stored.sequence))
            again.close()
        self.assertEqual(len(seen), 3)

    def test_random_bytes_in_the_file_are_set_aside_and_a_new_outbox_begun_loudly(self) -> None:
        with open(self.outbox, "wb") as file:
            file.write(os.urandom(20_000))
        notifier = self.notifier()
        self.assertTrue(notifier.publish("a", "RUNNING").durable)
        self.assertEqual([name for name in os.listdir(self.folder) if "corrupt" in name][0][:14], "outbox.sqlite.")
        self.assertIn("the outbox is corrupt", self.log.lines[0]["message"])

    def test_an_outbox_that_is_overwritten_while_it_is_open_gives_what_can_be_read_and_goes_on(self) -> None:
        notifier = self.notifier()
        notifier.publish("first", "RUNNING")
        database = notifier._keeper._outbox._database  # type: ignore[union-attr]
        database.execute("PRAGMA cache_size = 10")
        for number in range(1_000):
            notifier.publish(f"task-{number}", "RUNNING", {"text": "x" * 100})
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with open(self.outbox, "r+b") as file:
            # Pages in the middle and, as the next insert needs it, one at the end.
            for offset in (81_920, os.path.getsize(self.outbox) // 4096 * 4096 - 8_192):
                file.seek(offset)
                file.write(os.urandom(12_288))
        database.execute("PRAGMA shrink_memory")
        published = [notifier.publish(f"later-{number}", "RUNNING", {"text": "x" * 100}) for number in range(1_000)]
        with notifier.lock:
            for log in notifier._keeper.logs():
                try:
                    log.read(1, log.last_sequence, ReadLimits(100_000, 2**53))
                except sqlite3.DatabaseError as error:
                    notifier._keeper.read_failed(log, error)
        self.assertTrue(all(published))
        said = next(line for line in self.log.lines if "the outbox is corrupt" in line["message"])
        self.assertGreater(said["unreadable"], 0)
        self.assertTrue(any("corrupt" in name for name in os.listdir(self.folder)))
        left = {event["task_request_id"] for event in self.payloads(notifier)}
        self.assertEqual(len(left), 2_001 - said["unreadable"])

    def test_an_outbox_that_cannot_be_written_lets_the_task_run_and_says_so_once(self) -> None:
        path = os.path.join(self.folder, "file")
        with open(path, "w", encoding="ascii") as file:
            file.write("no folder")
        notifier = self.notifier(outbox_path=os.path.join(path, "outbox.sqlite"))
        outcomes = [notifier.publish("a", "RUNNING") for _ in range(3)]
        self.assertEqual([(each.accepted, each.durable) for each in outcomes], [(True, False)] * 3)
        self.assertEqual([line["level"] for line in self.log.lines], ["ERROR"])
        self.assertIsNotNone(notifier.status().outbox_problem)
        os.remove(path)
        notifier._keeper._retry_file_at_ms = 0
        self.assertTrue(notifier.publish("a", "SUCCESS").durable)
        self.assertEqual([event["status"] for event in self.payloads(notifier)], ["SUCCESS"] + ["RUNNING"] * 3)

    def test_a_full_outbox_drops_progress_first_and_then_refuses_with_a_code(self) -> None:
        notifier = self.notifier(outbox_bytes_max=2**20)
        data = {"text": "x" * 2_000}
        progress = status = None
        for _ in range(2_000):
            progress = progress or _code(notifier.publish("a", "RUNNING", data, progress=0.5))
            if progress:
                status = status or _code(notifier.publish("a", "RUNNING", data))
        self.assertEqual((progress, status), ("outbox_full", "outbox_full"))
        self.assertGreater(notifier.status().dropped_progress, 0)
        self.assertLessEqual(sum(os.path.getsize(os.path.join(self.folder, n)) for n in os.listdir(self.folder)), 2**20)

    def test_acknowledged_events_go_after_their_grace_time_and_make_room(self) -> None:
        outbox = Outbox(self.outbox, 2**20, False, lambda: "p")
        for number in range(10):
            outbox.append(lambda publisher, sequence, n=number: (f"id-{n}", "{}"))  # type: ignore[misc,arg-type,return-value]
        (log,) = outbox.logs
        self.assertEqual(log.delete_to(4, 100), 4)
        self.assertEqual([event.sequence for event in log.read(1, 10, ReadLimits(3, 100))], [5, 6, 7])
        outbox.close()
        again = Outbox(self.outbox, 2**20, False, lambda: "q")
        self.assertEqual([(each.deleted_to, each.last_sequence) for each in again.logs], [(4, 10)])
        again.close()

    def test_a_record_has_the_bytes_that_it_has_for_node(self) -> None:
        self.assertEqual(
            record_of(StoredEvent(7, "id-\u00fc", '{"a":"\u4e2d"}')).hex(),
            "2600000005000000000000001c4069642dc3bc7b2261223a22e4b8ad227d0000000000001c40",
        )

    def test_an_outbox_with_a_row_for_each_event_goes_on_with_all_of_it(self) -> None:
        database = sqlite3.connect(self.outbox)
        database.executescript("""
            CREATE TABLE publishers (base_id INTEGER PRIMARY KEY, publisher_id TEXT NOT NULL UNIQUE,
                file_identity TEXT NOT NULL, deleted_to INTEGER NOT NULL DEFAULT 0, ack TEXT);
            CREATE TABLE events (id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, payload TEXT NOT NULL);
            INSERT INTO publishers VALUES (0, 'one', '', 2, NULL), (4, 'two', '', 0, NULL);
            INSERT INTO events VALUES (3, 'c', 'payload c'), (4, 'd', 'payload d'), (5, 'e', 'payload e');
            PRAGMA user_version = 1;""")
        database.close()
        outbox = Outbox(self.outbox, 2**20, False, lambda: "three")
        stored = [(log.publisher_id, *event) for log in outbox.logs for event in log.read(1, 9, _EVERYTHING)]
        self.assertEqual(
            stored,
            [("one", 3, "c", "payload c"), ("one", 4, "d", "payload d"), ("two", 1, "e", "payload e")],
        )
        outbox.close()

    def test_an_older_sqlite_has_the_same_tables(self) -> None:
        database = sqlite3.connect(":memory:")
        for statement in schema_statements((3, 34, 0)):
            self.assertNotIn("STRICT;", statement)
            database.execute(statement)
        self.assertEqual(database.execute("PRAGMA user_version").fetchone(), (2,))

    def test_an_exception_from_outside_in_the_middle_of_an_insert_costs_no_later_event(self) -> None:
        notifier = self.notifier()
        notifier.publish("a", "RUNNING")
        with notifier.lock:
            # As if a time limit had struck between the insert and the count.
            notifier._keeper._outbox._open.last_sequence = 0  # type: ignore[union-attr]
        outcome = notifier.publish("a", "SUCCESS")
        self.assertEqual((outcome.durable, outcome.sequence), (True, 2))

    def test_many_threads_publish_without_a_hole(self) -> None:
        notifier = self.notifier()

        def work(name: int) -> None:
            for number in range(100):
                notifier.publish(f"task-{name}-{number}", "RUNNING")

        threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        events = self.payloads(notifier)
        self.assertEqual([event["sequence"] for event in events], list(range(1, 801)))
        self.assertEqual(len({event["event_id"] for event in events}), 800)


class Forks(FolderCase):
    """A prefork pool forks a process that has published already."""

    def test_a_forked_child_has_an_outbox_of_its_own_and_leaves_the_parents_alone(self) -> None:
        notifier = self.notifier()
        notifier.publish("parent", "RUNNING")
        context = multiprocessing.get_context("fork")
        results = context.Queue()

        def child() -> None:
            outcome = notifier.publish("child", "RUNNING")
            results.put((notifier.status().outbox_file, outcome.sequence, notifier.status().publisher_id))

        children = [context.Process(target=child) for _ in range(3)]
        for each in children:
            each.start()
        told = [results.get(timeout=30) for _ in children]
        for each in children:
            each.join(30)
            self.assertEqual(each.exitcode, 0)
        self.assertEqual({sequence for _, sequence, _ in told}, {1})
        self.assertEqual(len({publisher for _, _, publisher in told} | {notifier.status().publisher_id}), 4)
        self.assertNotIn(self.outbox, {file for file, _, _ in told})
        for number in range(2_000):
            notifier.publish(f"parent-{number}", "RUNNING")
        notifier.stop()
        self.assertEqual(sqlite3.connect(self.outbox).execute("PRAGMA integrity_check").fetchone(), ("ok",))
        self.assertEqual(sqlite3.connect(self.outbox).execute("SELECT count(*) FROM segments").fetchone(), (2_001,))

    def test_a_child_that_ends_in_order_does_not_take_the_parents_log_with_it(self) -> None:
        code = """
import os
from taskwire import TaskStatusNotifier
notifier = TaskStatusNotifier(redis_url="redis://127.0.0.1:9", worker_container="w", outbox_path=sys.argv[1])
notifier.publish("a", "RUNNING")
if os.fork() == 0:
    sys.exit(0)
os.wait()
for number in range(100):
    assert notifier.publish("a", "RUNNING").durable
os.kill(os.getpid(), 9)
"""
        self.assertEqual(self.run_python(code, self.outbox).returncode, -9)
        self.assertEqual(len(self.payloads(self._reopened())), 102)

    def test_threads_that_publish_do_not_deadlock_a_fork(self) -> None:
        notifier = self.notifier()
        stop = threading.Event()

        def publish() -> None:
            while not stop.is_set():
                notifier.publish("a", "RUNNING")

        threads = [threading.Thread(target=publish) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(12):
                child = os.fork()
                if child == 0:
                    os._exit(0 if notifier.publish("child", "RUNNING").durable else 1)
                self.assertEqual(os.waitpid(child, 0)[1], 0)
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _reopened(self):  # type: ignore[no-untyped-def]
        notifier = self.notifier()
        notifier.publish("again", "RUNNING")
        return notifier


def _code(outcome) -> "str | None":  # type: ignore[no-untyped-def]
    return outcome.error.code if outcome.error else None
