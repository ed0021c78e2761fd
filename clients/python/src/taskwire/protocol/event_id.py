"""UUIDs version 7 in lower case (RFC 9562, section 5.7) that ascend within the process."""

import threading
from typing import Callable

#: A clock that goes back further than this is a correction and is followed; less is jitter and is not.
_ROLLBACK_MS_MAX = 10_000
_COUNTER_MAX = 0xFFF
_TIME_MS_MAX = 2**48 - 1


class EventIdSource:
    """rand_a holds a counter (section 6.2, method 1) that begins at a random value below its half each ms; where it runs
    over, the time is moved on by one ms, as the RFC allows. The 62 bits of rand_b are random each time.
    """

    def __init__(self, now_ms: Callable[[], int], random: Callable[[int], bytes]) -> None:
        self._now_ms = now_ms
        self._random = random
        self._lock = threading.Lock()
        self._time_ms = -1
        self._counter = 0

    def after_fork(self) -> None:
        """The lock may have been held by a thread that the child does not have."""
        self._lock = threading.Lock()

    def __call__(self) -> str:
        now_ms = min(max(0, self._now_ms()), _TIME_MS_MAX)
        drawn = int.from_bytes(self._random(10), "big")
        with self._lock:
            if now_ms > self._time_ms or now_ms < self._time_ms - _ROLLBACK_MS_MAX:
                self._time_ms = now_ms
                self._counter = (drawn >> 64) & (_COUNTER_MAX >> 1)
            elif self._counter == _COUNTER_MAX:
                self._time_ms = min(self._time_ms + 1, _TIME_MS_MAX)
                self._counter = 0
            else:
                self._counter += 1
            time_ms, counter = self._time_ms, self._counter
        time = f"{time_ms:012x}"
        rest = f"{(drawn & (2**62 - 1)) | 2**63:016x}"
        return f"{time[:8]}-{time[8:]}-7{counter:03x}-{rest[:4]}-{rest[4:]}"


def event_id_time_ms(event_id: str) -> int:
    """The time in an event_id: its first 48 bits, ms since 1970."""
    return int(event_id[:8] + event_id[9:13], 16)
