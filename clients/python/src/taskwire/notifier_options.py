"""How a notifier is set up."""

import time
from dataclasses import dataclass
from typing import Callable, Optional

from .event.event_input import name_problem
from .protocol.errors import TaskwireError
from .protocol.event_signature import SigningKey
from .protocol.redis_names import RedisNames

_MIB = 1_048_576


def system_clock_us() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class NotifierOptions:
    """:raises TaskwireError: ``setting_invalid``, naming the option"""

    #: ``redis://`` or ``rediss://``.
    redis_url: str
    #: Which container this worker is, 1 to 255 characters.
    worker_container: str
    #: The outbox file; its folder is made. Further processes on the same path use ``outbox_path.1``, ``.2`` ….
    outbox_path: str
    #: A file of certificates (PEM) that count for ``rediss://`` instead of those that the system trusts.
    redis_ca_file: Optional[str] = None
    names: RedisNames = RedisNames()
    #: False: every call is accepted and does nothing; no file, no connection.
    enabled: bool = True
    #: Largest size of the outbox file with its log, at least 1 MiB.
    outbox_bytes_max: int = 256 * _MIB
    #: True: events also survive a power loss that comes more than about 20 ms after publish().
    outbox_fsync: bool = False
    #: How long acknowledged events are kept.
    ack_grace_ms: float = 3_600_000
    heartbeat_interval_ms: float = 5_000
    #: Largest event, bytes of JSON. A larger one goes out with its data cut.
    event_bytes_max: int = _MIB
    #: Signs every event as it is sent. None: nothing is signed.
    signing_key: Optional[SigningKey] = None
    #: How long stop() waits at most for acknowledgements.
    stop_timeout_ms: float = 3_000
    #: Microseconds since 1970.
    clock_us: Callable[[], int] = system_clock_us

    def __post_init__(self) -> None:
        problem = name_problem("worker_container", self.worker_container)
        if problem is not None:
            raise TaskwireError("setting_invalid", str(problem))
        if self.redis_ca_file is not None:
            _refuse_useless_ca_file(self.redis_url, self.redis_ca_file)
        for name, least in (
            ("outbox_bytes_max", _MIB),
            ("ack_grace_ms", 0),
            ("heartbeat_interval_ms", 10),
            ("event_bytes_max", 1_024),
            ("stop_timeout_ms", 0),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
                raise TaskwireError("setting_invalid", f"{name}: expected a number of at least {least}, got {value!r}")


def _refuse_useless_ca_file(redis_url: str, path: str) -> None:
    if not redis_url.startswith("rediss://"):
        raise _useless("only with REDIS_URL=rediss://…, which encrypts, got another")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError as error:
        raise _useless(f"the file cannot be read: {error}") from error
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise _useless("expected a file of certificates in PEM, got something else")


def _useless(words: str) -> TaskwireError:
    return TaskwireError("setting_invalid", f"TASKWIRE_REDIS_CA_FILE: {words}")
