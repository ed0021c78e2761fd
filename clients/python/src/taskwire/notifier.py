"""The worker side of taskwire: takes what tasks say of themselves and sees to it that the database gets it."""

import os
import random
import threading
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Dict, Mapping, NamedTuple, Optional, Type

from .delivering import COMMITTED, Delivering, DeliveringParts
from .event.event_builder import EventBuilder
from .event.event_input import EventInput
from .fork_safety import ForkAware, survive_forks
from .interruption import let_through
from .lane import HOLDING
from .log import Logger
from .notifier_options import NotifierOptions
from .notifier_status import NotifierStatus
from .outbox.event_keeper import EventKeeper
from .protocol.errors import TaskwireError, message_of
from .protocol.event_id import EventIdSource
from .protocol.event_signature import SIGNATURE_BYTES_MAX
from .publish_tracing import PublishTracing
from .settings import Settings, read_settings
from .signing_key import read_signing_key
from .task.progress_throttle import HeldReports
from .task.run_task import RunParts, TaskRun, TaskStory, running_task
from .task.running_tasks import RunningTasks

#: A stopped notifier that refuses for thousands of events says so at most this often.
_REFUSAL_LOG_INTERVAL_MS = 1_000


class PublishOutcome(NamedTuple):
    """True where the event was accepted. ``durable``: it is on disk, and will reach the database even if the process dies
    now.
    """

    accepted: bool
    event_id: str = ""
    sequence: int = 0
    durable: bool = False
    error: Optional[TaskwireError] = None

    def __bool__(self) -> bool:
        return self.accepted


def _elapsed_ms() -> float:
    """ms that only go forward: what is due when must not depend on a clock that somebody sets."""
    return time.monotonic() * 1000


class TaskStatusNotifier(ForkAware):
    """Any thread may use it. A process that is forked has it as well, with an outbox of its own.

    >>> notifier = TaskStatusNotifier(redis_url=..., worker_container="worker-1", outbox_path="/var/lib/w/outbox.sqlite")
    >>> with notifier:
    ...     with notifier.running("report-7", task_name="reports.make") as run:
    ...         run.report(0.5)
    ...         run.set_result({"pages": 12})
    """

    def __init__(self, *, logger: Optional[Logger] = None, **options: Any) -> None:
        """:param options: the fields of :class:`NotifierOptions`
        :raises TaskwireError: ``setting_invalid``, naming the option
        """
        self.options = NotifierOptions(**options)
        #: Around everything that touches outbox and deliveries; held for milliseconds, never while Redis is asked.
        self.lock = threading.RLock()
        self._logger = logger or Logger()
        self._random = random.SystemRandom().random
        self._new_event_id = EventIdSource(lambda: self.options.clock_us() // 1000, os.urandom)
        # An event has to stay within the limit when its signature is added.
        signature_bytes = 0 if self.options.signing_key is None else SIGNATURE_BYTES_MAX
        self._builder = EventBuilder(
            self.options.worker_container,
            self.options.event_bytes_max - signature_bytes,
            self.options.clock_us,
            self._new_event_id,
        )
        self._keeper = EventKeeper(
            outbox_path=self.options.outbox_path,
            bytes_max=self.options.outbox_bytes_max,
            fsync=self.options.outbox_fsync,
            ack_grace_ms=self.options.ack_grace_ms,
            new_publisher_id=lambda: os.urandom(16).hex(),
            clock_us=self.options.clock_us,
            elapsed_ms=_elapsed_ms,
            logger=self._logger,
        )
        self._tracing = PublishTracing()
        self.running_tasks = RunningTasks()
        self.held_reports = HeldReports(self._wake)
        self._delivering: Optional[Delivering] = None
        self._stopped = False
        #: It was started when the process was forked: the child starts with its first event.
        self._start_with_first_event = False
        self._refused = 0
        self._refusal_logged_at_ms = float("-inf")
        survive_forks(self)

    @classmethod
    def from_settings(cls, settings: Settings, **options: Any) -> "TaskStatusNotifier":
        """:param options: what is to be other than the settings say"""
        chosen: Dict[str, Any] = {
            "redis_url": settings.redis_url,
            "redis_ca_file": settings.redis_ca_file,
            "names": settings.names,
            "worker_container": settings.worker_container,
            "outbox_path": settings.outbox_file,
            "enabled": settings.notifications_enabled,
            "outbox_bytes_max": settings.outbox_bytes_max,
            "outbox_fsync": settings.outbox_fsync,
            "ack_grace_ms": settings.ack_grace_ms,
            "heartbeat_interval_ms": settings.heartbeat_interval_ms,
            "event_bytes_max": settings.event_bytes_max,
            "signing_key": read_signing_key(settings.signing_key, settings.signing_key_file),
            **options,
        }
        return cls(**chosen)

    @classmethod
    def from_environment(cls, env: Optional[Mapping[str, str]] = None, **options: Any) -> "TaskStatusNotifier":
        """:raises TaskwireError: ``setting_invalid``, one line that names the variable"""
        return cls.from_settings(read_settings(os.environ if env is None else env), **options)

    def start(self) -> None:
        """Begins to deliver. Does nothing where it does already."""
        if not self.options.enabled:
            return
        with self.lock:
            self._stopped = False
            self._start_with_first_event = False
            if self._delivering is None:
                parts = DeliveringParts(
                    self.options,
                    self._keeper,
                    self.running_tasks,
                    self.held_reports,
                    self._logger,
                    _elapsed_ms,
                    self._random,
                    self.lock,
                )
                delivering = Delivering(parts)
                delivering.start()
                self._delivering = delivering

    def adopt(self) -> None:
        """Takes over the outboxes beside this one whose processes are gone, as happens by itself every 30 s."""
        delivering = self._delivering
        if delivering is not None:
            delivering.adopt()

    def stop(self, timeout_ms: Optional[float] = None) -> None:
        """Waits for acknowledgements for as long as set, and lets go of outbox and connection. What is not acknowledged
        by then stays in the outbox for the next process.

        :param timeout_ms: default: ``stop_timeout_ms``
        """
        with self.lock:
            # Whatever a task says from here on would not be delivered by us; better it is told.
            self._stopped = True
            self._start_with_first_event = False
            delivering = self._delivering
        if delivering is not None:
            delivering.stop(self.options.stop_timeout_ms if timeout_ms is None else timeout_ms)
        with self.lock:
            self._delivering = None
            self._keeper.close()

    def __enter__(self) -> "TaskStatusNotifier":
        self.start()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()

    def publish(
        self,
        task_request_id: str,
        status: str,
        data: Optional[Mapping[str, Any]] = None,
        *,
        task_name: Optional[str] = None,
        attempt: int = 1,
        progress: Optional[float] = None,
        timestamp: Optional[str] = None,
        traceparent: Optional[str] = None,
    ) -> PublishOutcome:
        """Takes an event, without waiting for the network, also before start(). Never throws: ``error`` has the code
        ``event_invalid``, ``event_too_large``, ``outbox_full``, ``outbox_unavailable`` or ``notifier_stopped``. While the
        notifier is disabled everything is accepted, with an empty event_id.
        """
        if not self.options.enabled:
            return PublishOutcome(True)
        event = EventInput(task_request_id, status, data, task_name, attempt, progress, timestamp, traceparent)
        traced = self._tracing.begin(event)
        if traced is None:
            return self._take(event)
        outcome = self._take(event._replace(traceparent=traced.traceparent))
        traced.end(outcome.error)
        return outcome

    def _take(self, event: EventInput) -> PublishOutcome:
        try:
            build = self._builder.prepare(event)
            with self.lock:
                if self._stopped:
                    raise TaskwireError("notifier_stopped", "the notifier was stopped")
                kept = self._keeper.append(build, event.progress is not None)
                if self._start_with_first_event:
                    self.start()
            self._wake()
            return PublishOutcome(True, kept.event_id, kept.sequence, kept.durable)
        except TaskwireError as refusal:
            return self._refuse(event.task_request_id, refusal)
        except Exception as error:
            let_through(error)
            words = f"the event could not be taken: {message_of(error)}"
            return self._refuse(event.task_request_id, TaskwireError("outbox_unavailable", words))

    def running(
        self,
        task_request_id: str,
        *,
        task_name: Optional[str] = None,
        attempt: int = 1,
        traceparent: Optional[str] = None,
    ) -> "AbstractContextManager[TaskRun]":
        """Publishes RUNNING at the beginning of the block, its progress, and SUCCESS or FAILURE at its end.

        :raises BaseException: what the block raises, and nothing else
        """
        return running_task(
            self.story(task_request_id, task_name=task_name, attempt=attempt, traceparent=traceparent)
        )

    def story(
        self,
        task_request_id: str,
        *,
        task_name: Optional[str] = None,
        attempt: int = 1,
        traceparent: Optional[str] = None,
    ) -> TaskStory:
        """What :meth:`running` does, for whoever hears of a task's beginning and end in calls of their own."""
        parts = RunParts(self.publish, self.running_tasks, self.held_reports, _elapsed_ms, self.options.clock_us)
        return TaskStory(parts, task_request_id, task_name=task_name, attempt=attempt, traceparent=traceparent)

    def flush(self, timeout_ms: float, until: str = COMMITTED) -> bool:
        """:param until: ``committed``: the database has acknowledged every event; ``sent``: each is in the stream
        :returns: whether everything accepted so far got as far as asked for within the time
        """
        delivering = self._delivering
        return not self.options.enabled or (delivering is not None and delivering.flush(until, timeout_ms))

    def status(self) -> NotifierStatus:
        with self.lock:
            delivering = self._delivering
            told = delivering.status() if delivering is not None else self._idle()
            return NotifierStatus(
                enabled=self.options.enabled,
                publisher_id=self._keeper.publisher_id,
                outbox_file=self._keeper.file,
                outbox_bytes=self._keeper.bytes,
                outbox_problem=self._keeper.problem,
                dropped_progress=self._keeper.dropped_progress,
                **told,
            )

    def after_fork_in_child(self) -> None:
        """The outbox, the connection and the thread are the parent's; this process begins anew, with its first event."""
        self.lock = threading.RLock()
        self._start_with_first_event = self._delivering is not None
        if self._delivering is not None:
            self._delivering.after_fork()
        self._delivering = None
        self._keeper.after_fork()
        self._new_event_id.after_fork()
        self.running_tasks.after_fork()
        self.held_reports.after_fork()

    def _wake(self) -> None:
        delivering = self._delivering
        if delivering is not None:
            delivering.wake()

    def _idle(self) -> Dict[str, Any]:
        logs = self._keeper.logs()
        return {
            "lane": HOLDING,
            "lane_problem": "the notifier does not run" if self.options.enabled else "the notifier is disabled",
            "unacknowledged": sum(
                log.last_sequence - (log.ack.low_water if log.ack else log.deleted_to) for log in logs
            ),
            "oldest_unacknowledged_ms": 0,
        }

    def _refuse(self, task_request_id: object, error: TaskwireError) -> PublishOutcome:
        self._refused += 1
        if _elapsed_ms() - self._refusal_logged_at_ms >= _REFUSAL_LOG_INTERVAL_MS:
            self._refusal_logged_at_ms = _elapsed_ms()
            self._logger.error(
                "an event was not accepted",
                code=error.code,
                problem=str(error),
                task_request_id=task_request_id if isinstance(task_request_id, str) else None,
                refused=self._refused,
            )
        return PublishOutcome(False, error=error)
