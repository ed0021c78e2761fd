"""Which way events go.

- ``stream``: Redis takes them into the stream, and copies them to the channel
- ``second_lane``: Redis refuses to write; only the channel copies go out, and the stream is tried with each new event and
  now and then with an old one
- ``holding``: Redis is not reached, or answers nothing useful; events wait
"""

from typing import Callable, Optional

from .log import Logger
from .protocol.backoff import BackoffPolicy, backoff_ms

STREAM = "stream"
SECOND_LANE = "second_lane"
HOLDING = "holding"

_RETRY_BACKOFF = BackoffPolicy(first_ms=100, factor=2, max_ms=3_000)


class Lane:
    def __init__(self, logger: Logger, now_ms: Callable[[], float], random: Callable[[], float]) -> None:
        self._logger = logger
        self._now_ms = now_ms
        self._random = random
        self._setbacks = 0
        self.name = HOLDING
        #: Why it is not the stream, in words; None where it is.
        self.problem: Optional[str] = None
        #: Nothing is to be sent before this.
        self.holds_until_ms = 0.0
        #: What the stream has refused may be offered to it again from here on.
        self.offers_from_ms = 0.0

    def accepted(self) -> None:
        self._setbacks = 0
        self.holds_until_ms = 0.0
        self.offers_from_ms = 0.0
        self._enter(STREAM, None)

    def refused(self, reason: str) -> None:
        # Many refusals of new events are one setback: the pause is between offers of old ones.
        if self.name != SECOND_LANE or self._now_ms() >= self.offers_from_ms:
            self._setbacks += 1
            self.offers_from_ms = self._pause()
        self._enter(SECOND_LANE, reason)

    def failed(self, problem: str) -> None:
        """Tries again after a pause that grows."""
        self._setbacks += 1
        self.holds_until_ms = self._pause()
        self._enter(HOLDING, problem)

    def connected(self) -> None:
        """The connection is there, or there again."""
        self.holds_until_ms = 0.0

    def disconnected(self) -> None:
        if self.name != HOLDING:
            self._enter(HOLDING, "the connection was lost")

    def _pause(self) -> float:
        return self._now_ms() + backoff_ms(_RETRY_BACKOFF, self._setbacks, self._random())

    def _enter(self, name: str, problem: Optional[str]) -> None:
        if name != self.name:
            if name == STREAM:
                self._logger.info("events go into the stream")
            elif name == SECOND_LANE:
                words = "Redis refuses to write; events go out on the channel only, and are kept"
                self._logger.warning(words, problem=problem)
            else:
                self._logger.warning("events are held back and kept", problem=problem)
        self.name = name
        self.problem = problem
