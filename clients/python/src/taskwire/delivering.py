"""Everything that runs between start and stop: one thread that sends, reads acknowledgements, beats and tidies up."""

import os
import threading
from typing import Any, Callable, Dict, List, NamedTuple

from .ack_reader import NEVER, AckReader
from .background_thread import background_thread
from .delivery.deliveries import Deliveries
from .heartbeat import Heartbeat
from .lane import Lane
from .log import Logger
from .notifier_options import NotifierOptions
from .outbox.event_keeper import EventKeeper
from .protocol.errors import message_of
from .protocol.timestamp import format_timestamp
from .sender import Sender
from .task.progress_throttle import HeldReports
from .task.running_tasks import RunningTasks
from .wire.redis_connection import RedisConnection
from .worker_id import worker_id

#: How often a process looks for outboxes whose process is gone: a pool may lose members and start none.
_ADOPT_INTERVAL_MS = 30_000
#: Acknowledged events out of their grace time are looked for this often while nothing else happens.
_COLLECT_INTERVAL_MS = 1_000
#: An acknowledgement that went back while nothing waits is found by the next heartbeat, but not more often than this.
_LOOK_BACK_INTERVAL_MS = 10_000
#: The end of the thread, with a last heartbeat, must not hold up the end of a process.
_END_S_MAX = 1.5
#: An idle pause ends at the latest after this.
_PAUSE_MS_MAX = 60_000

COMMITTED = "committed"
SENT = "sent"


class DeliveringParts(NamedTuple):
    """What outlives one start and stop."""

    options: NotifierOptions
    keeper: EventKeeper
    running: RunningTasks
    held: HeldReports
    logger: Logger
    elapsed_ms: Callable[[], float]
    random: Callable[[], float]
    #: Around everything that touches the keeper or the deliveries.
    lock: Any


class _Waiter(NamedTuple):
    until: str
    reached: threading.Event


class Delivering:
    def __init__(self, parts: DeliveringParts) -> None:
        self._parts = parts
        self._keeper = parts.keeper
        self._lock = parts.lock
        self._logger = parts.logger
        self._elapsed_ms = parts.elapsed_ms
        options = parts.options
        sender_id = os.urandom(8).hex()
        self._worker_id = worker_id(options.worker_container, sender_id)
        self._started_at = format_timestamp(options.clock_us())
        self._deliveries = Deliveries()
        self._lane = Lane(parts.logger, parts.elapsed_ms, parts.random)
        self._heartbeat = Heartbeat(options.names, parts.logger, lambda: options.clock_us() // 1000)
        self._connection = RedisConnection(
            options.redis_url, options.redis_ca_file, parts.logger, parts.elapsed_ms, parts.random
        )
        self._acks = AckReader(
            names=options.names,
            sender_id=sender_id,
            lane=self._lane,
            logger=parts.logger,
            now_ms=parts.elapsed_ms,
            random=parts.random,
            lock=parts.lock,
            on_progress=self._collect_soon,
        )
        self._sender = Sender(
            names=options.names,
            sender_id=sender_id,
            keeper=parts.keeper,
            deliveries=self._deliveries,
            connection=self._connection,
            acks=self._acks,
            lane=self._lane,
            logger=parts.logger,
            now_ms=parts.elapsed_ms,
            lock=parts.lock,
            somebody_waits=lambda: bool(self._waiters),
            signing_key=options.signing_key,
        )
        self._wake = threading.Event()
        self._waiters: List[_Waiter] = []
        self._stopping = False
        now_ms = parts.elapsed_ms()
        self._beat_at_ms = now_ms + options.heartbeat_interval_ms
        self._collect_at_ms = now_ms + _COLLECT_INTERVAL_MS
        self._adopt_at_ms = now_ms
        self._looked_back_at_ms = now_ms
        self._thread = background_thread("sender", self._run)

    def start(self) -> None:
        with self._lock:
            self._keeper.open()
        self._thread.start()

    def wake(self) -> None:
        """Something is there to be sent. Cheap, and many calls are one."""
        self._wake.set()

    def flush(self, until: str, timeout_ms: float) -> bool:
        """:returns: whether everything accepted so far got as far as asked for within the time"""
        waiter = _Waiter(until, threading.Event())
        with self._lock:
            self._deliveries.follow(self._keeper.logs(), self._elapsed_ms())
            # What was acknowledged an hour ago may be gone from the database by now, so it is asked for once more.
            if until == COMMITTED:
                self._acks.look_once()
            if self._is_reached(until):
                return True
            self._waiters.append(waiter)
            self._acks.expect_soon(True)
        self.wake()
        waiter.reached.wait(timeout_ms / 1000)
        with self._lock:
            self._waiters = [other for other in self._waiters if other is not waiter]
        return waiter.reached.is_set()

    def status(self) -> Dict[str, Any]:
        """With the lock held."""
        self._deliveries.follow(self._keeper.logs(), self._elapsed_ms())
        return {
            "lane": self._lane.name,
            "lane_problem": self._connection.problem or self._lane.problem,
            "unacknowledged": self._deliveries.unacknowledged,
            "oldest_unacknowledged_ms": self._oldest_ms(),
        }

    def stop(self, timeout_ms: float) -> None:
        """Events first, then the word that this worker is gone, then the connection that both need."""
        self.flush(COMMITTED, timeout_ms)
        self._stopping = True
        self.wake()
        if self._thread is not threading.current_thread():
            self._thread.join(_END_S_MAX)

    def adopt(self) -> None:
        """Takes over outboxes whose processes are gone."""
        self._adopt_at_ms = self._elapsed_ms() + _ADOPT_INTERVAL_MS
        with self._lock:
            files = self._keeper.left_over()
        for file in files:
            # Let go of between two of them, since a task may wait to publish.
            with self._lock:
                self._keeper.adopt(file)

    def after_fork(self) -> None:
        """In the child, where its thread is not."""
        self._connection.after_fork()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                more = self._turn()
            except Exception as error:
                self._logger.error("a turn of the sender failed; it goes on after a pause", problem=message_of(error))
                self._lane.failed(message_of(error))
                more = False
            if not more and not self._stopping:
                self._wake.wait(max(0.001, min(_PAUSE_MS_MAX, self._due_ms() - self._elapsed_ms()) / 1000))
        self._end()

    def _turn(self) -> bool:
        """:returns: whether there is more to do at once"""
        if self._elapsed_ms() >= self._adopt_at_ms:
            self.adopt()
        if self._connection.connect_if_due():
            self._sender.connected()
            self._beat()
        more = self._sender.turn()
        self._settle_waiters()
        if self._elapsed_ms() >= self._beat_at_ms:
            self._beat()
            self._look_back()
        if self._elapsed_ms() >= self._collect_at_ms:
            self._collect_at_ms = self._elapsed_ms() + _COLLECT_INTERVAL_MS
            with self._lock:
                if self._keeper.collect(self._elapsed_ms()):
                    self._collect_soon()
        return more

    def _due_ms(self) -> float:
        held_ms = self._parts.held.release_due()
        return min(
            self._sender.due_ms(),
            self._beat_at_ms,
            self._collect_at_ms,
            self._adopt_at_ms,
            NEVER if held_ms is None else held_ms,
        )

    def _collect_soon(self) -> None:
        self._collect_at_ms = 0

    def _settle_waiters(self) -> None:
        if not self._waiters:
            return
        with self._lock:
            self._deliveries.follow(self._keeper.logs(), self._elapsed_ms())
            for waiter in self._waiters:
                if self._is_reached(waiter.until):
                    waiter.reached.set()

    def _is_reached(self, until: str) -> bool:
        if until == SENT:
            return self._deliveries.unsent == 0
        return self._deliveries.unacknowledged == 0 and self._is_sure()

    def _is_sure(self) -> bool:
        away = not self._connection.is_ready or self._elapsed_ms() < self._lane.holds_until_ms
        return away or self._acks.is_sure(self._deliveries)

    def _beat(self, stopped: bool = False) -> None:
        self._beat_at_ms = self._elapsed_ms() + self._parts.options.heartbeat_interval_ms
        with self._lock:
            content = self._content(stopped)
        self._heartbeat.beat(self._connection, content)

    def _look_back(self) -> None:
        if self._elapsed_ms() - self._looked_back_at_ms >= _LOOK_BACK_INTERVAL_MS:
            self._looked_back_at_ms = self._elapsed_ms()
            self._acks.look_once()

    def _content(self, stopped: bool) -> Dict[str, Any]:
        self._deliveries.follow(self._keeper.logs(), self._elapsed_ms())
        content: Dict[str, Any] = {
            "worker_id": self._worker_id,
            "worker_container": self._parts.options.worker_container,
            "publisher_id": self._keeper.publisher_id,
            "pid": os.getpid(),
            "started_at": self._started_at,
            "running": self._parts.running.ids,
            "outbox_depth": self._deliveries.unacknowledged,
            "oldest_unacknowledged_ms": self._oldest_ms(),
            "publishers": self._deliveries.reports(),
        }
        return {**content, "stopped": True} if stopped else content

    def _oldest_ms(self) -> int:
        return self._deliveries.oldest_unacknowledged_ms(self._parts.options.clock_us() // 1000)

    def _end(self) -> None:
        try:
            with self._lock:
                self._keeper.end_publisher()
            self._beat(stopped=True)
        except Exception as error:
            self._logger.debug("the last heartbeat was not written", problem=message_of(error))
        self._connection.close()


