"""How long acknowledged events stay."""

from typing import List, Tuple
from weakref import WeakKeyDictionary

from .event_log import EventLog
from .outbox import Outbox

#: Acknowledged events stay for a while: a database that is restored, or fails over without its last commits, says so by
#: acknowledging less, and then they are sent again. They may take this part of the outbox, no more.
_DONE_SHARE_MAX = 0.25
#: In an outbox that is this full, acknowledged events make room at once.
_PRESSURE_RATIO = 0.8
#: The grace time is kept to this part of itself.
_SAMPLES = 60
#: Deletes go in steps, since a task waits behind each of them: about a ms.
DELETE_EVENTS_MAX = 1_000


class Retention:
    """Remembers how far each log was acknowledged when, to say which of its events are out of their grace time."""

    def __init__(self, ack_grace_ms: float) -> None:
        self._grace_ms = ack_grace_ms
        #: (at_ms, low_water), the oldest first.
        self._samples: "WeakKeyDictionary[EventLog, List[Tuple[float, int]]]" = WeakKeyDictionary()

    def expired_to(self, log: EventLog, now_ms: float) -> int:
        """The last sequence of this log that may be deleted for its age."""
        low_water = log.ack.low_water if log.ack else 0
        own = self._samples.setdefault(log, [])
        # An acknowledgement that went back begins anew: what was counted as done is not.
        while own and own[-1][1] > low_water:
            own.pop()
        if low_water > (own[-1][1] if own else 0):
            # The newest is replaced until it is far enough from the one before it.
            if len(own) >= 2 and own[-1][0] - own[-2][0] < self._grace_ms / _SAMPLES:
                own.pop()
            own.append((now_ms, low_water))
        expired = log.deleted_to
        while own and now_ms - own[0][0] >= self._grace_ms:
            expired = max(expired, own.pop(0)[1])
        if expired > log.deleted_to:
            own.insert(0, (now_ms - self._grace_ms, expired))
        return expired


def collect_done(outbox: Outbox, retention: Retention, now_ms: float) -> bool:
    """A step of deleting what is acknowledged: what is past its grace time, or more where acknowledged events take more
    than their share.

    :returns: whether something was deleted, and so there may be more
    """
    ratio = outbox.usage().ratio
    total = sum(log.last_sequence - log.deleted_to for log in outbox.logs)
    done = sum(_done_count(log) for log in outbox.logs)
    # Bytes of single events are not kept; their share by count is near enough.
    too_much = done > 0 and (ratio * (done / total) > _DONE_SHARE_MAX or ratio > _PRESSURE_RATIO)
    for log in list(outbox.logs):
        low_water = log.ack.low_water if log.ack else 0
        to = low_water if too_much else retention.expired_to(log, now_ms)
        if log.delete_to(to, DELETE_EVENTS_MAX) > 0:
            return True
        if not log.open and log.deleted_to >= log.last_sequence:
            outbox.forget(log)
    return False


def _done_count(log: EventLog) -> int:
    """How many events the log keeps that the database has."""
    return max(0, (log.ack.low_water if log.ack else 0) - log.deleted_to)
