"""Reads what the database holds: soon after each sending, then with back-off while anything is unacknowledged, and not at
all while nothing is. Level-triggered: only what it says now counts, so one that is lost does no harm.
"""

from contextlib import AbstractContextManager
from typing import Any, Callable, List, Optional

from .delivery.deliveries import Deliveries, Delivery
from .delivery.delivery_state import apply_ack
from .delivery.publisher_ack import PublisherAck
from .delivery.resend_rules import resend_forgotten, resend_overdue
from .delivery.segments import QUEUED
from .delivery.sending_numbers import SendingNumbers
from .lane import Lane
from .log import Logger
from .protocol.errors import message_of
from .protocol.redis_names import RedisNames, sending_number_key
from .wire.lua_script import load_lua_script
from .wire.redis_connection import RedisConnection
from .wire.replies import AcksReply, parse_acks_reply

#: Where an acknowledgement does not come, the next look is later and later; 1.5 s at most: by it a dead connection is
#: noticed while events wait, and a Redis that lost its data. Nobody waits for the first one as a rule, so a thousand
#: workers may leave Redis in peace; those who wait (a flush, backlog behind a full window) look sooner.
_FIRST_LOOK_MS = 50
_URGENT_LOOK_MS = 5
_LOOK_FACTOR = 1.6
_LOOK_MS_MAX = 1_500
#: A Redis that was emptied says nothing before a listener has written anew what the database holds, 5 s later at most:
#: until then it may be less than before. When it still says nothing after this there is no listener, and nobody waits.
_UNTOLD_MS_MAX = 8_000
#: Publishers asked for in one script call.
_PUBLISHERS_MAX = 200

NEVER = float("inf")


class AckReader:
    """Used by the sender's thread; ``lock`` is held around everything but the call to Redis."""

    def __init__(
        self,
        names: RedisNames,
        sender_id: str,
        lane: Lane,
        logger: Logger,
        now_ms: Callable[[], float],
        random: Callable[[], float],
        lock: "AbstractContextManager[Any]",
        on_progress: Callable[[], None],
    ) -> None:
        self.numbers = SendingNumbers()
        self._script = load_lua_script("read-acks.lua")
        self._keys = [names.stream, sending_number_key(names, sender_id), names.acks]
        self._lane = lane
        self._logger = logger
        self._now_ms = now_ms
        self._random = random
        self._lock = lock
        self._on_progress = on_progress
        #: Drawn once: drawn at each look, the luckiest of many draws would decide.
        self._share = random()
        self._next_look_ms = 0.0
        self._interval_ms: float = _FIRST_LOOK_MS
        self._once = False
        self._reading = False
        self._idle = True
        self._contested = False

    def due_ms(self, deliveries: Deliveries) -> float:
        """When to read next; never while nothing waits."""
        if self._once:
            return 0
        for delivery in deliveries:
            if delivery.contested:
                continue
            if self._is_doubted(delivery) or any(each.phase != QUEUED for each in delivery.state.segments):
                return self._next_look_ms
        self._idle = True
        return NEVER

    def expect_soon(self, urgent: bool) -> None:
        """Something was sent: look again from the first interval on. ``urgent``: somebody waits."""
        self._interval_ms = _URGENT_LOOK_MS if urgent else _FIRST_LOOK_MS
        soon = self._now_ms() + self._interval_ms
        self._next_look_ms = soon if self._idle else min(self._next_look_ms, soon)
        self._idle = False

    def look_once(self) -> None:
        """Looks once even where nothing waits: an acknowledgement may have gone back."""
        self._once = True

    def is_sure(self, deliveries: Deliveries) -> bool:
        """Whether that look is over and was answered, and no acknowledgement has gone back without being believed yet."""
        if self._once or self._reading:
            return False
        return not any(self._is_doubted(each) for each in deliveries if not each.contested)

    def found_contested(self) -> bool:
        """Whether a publisher_id was found to be somebody else's as well since this was last asked."""
        found, self._contested = self._contested, False
        return found

    def read(self, connection: RedisConnection, deliveries: Deliveries) -> None:
        """Without the lock held."""
        with self._lock:
            asked = [
                each
                for each in deliveries
                if not each.contested and (self._once or self._is_doubted(each) or each.state.segments)
            ]
            self._once = False
            self._reading = True
            # Set before the answer is known: a read that fails is not tried again at once.
            self._next_look_ms = self._now_ms() + self._interval_ms
            self._interval_ms = min(_LOOK_MS_MAX, self._interval_ms * _LOOK_FACTOR)
        try:
            for at in range(0, len(asked), _PUBLISHERS_MAX):
                some = asked[at : at + _PUBLISHERS_MAX]
                reply = self._ask(connection, some)
                if reply is None:
                    return
                with self._lock:
                    self.check_forgotten(reply.previous_sending, deliveries)
                    for delivery, ack in zip(some, reply.acks):
                        if ack is None:
                            self._untold(delivery)
                        else:
                            delivery.untold_since_ms = None
                            self.take(delivery, ack)
                        if not delivery.contested:
                            state = resend_overdue(delivery.state, reply.stream_is_empty, self._now_ms(), self._share)
                            delivery.state = state
            with self._lock:
                self._next_look_ms = min(self._next_look_ms, self._now_ms() + self._interval_ms)
        finally:
            self._reading = False

    def take(self, delivery: Delivery, ack: PublisherAck) -> None:
        """With the lock held."""
        if delivery.contested:
            return
        log, before = delivery.log, delivery.state
        verdict = apply_ack(before, ack, log.last_sequence, log.deleted_to, self._now_ms())
        if verdict.beyond:
            delivery.contested = True
            self._contested = True
            self._logger.error(
                "the database holds more of this publisher than was ever sent: the process or its outbox was copied "
                "while it ran; its events go on under a new publisher_id",
                publisher_id=log.publisher_id,
                given=log.last_sequence,
                acknowledged=ack.highest,
            )
            return
        if verdict.taken_back:
            self._logger.warning(
                "the database lost events that it had acknowledged; they are sent again",
                publisher_id=log.publisher_id,
                ranges=verdict.taken_back,
            )
        delivery.state = verdict.state
        if verdict.state.ack == before.ack or verdict.state.ack == log.ack:
            return
        try:
            log.save_ack(verdict.state.ack)
        except Exception as error:
            words = "an acknowledgement could not be stored; it will come again"
            self._logger.debug(words, problem=message_of(error))
        self._interval_ms = min(self._interval_ms, _FIRST_LOOK_MS)
        self._on_progress()

    def check_forgotten(self, previous_sending: int, deliveries: Deliveries) -> None:
        """Sends again what Redis has confirmed and forgotten. With the lock held."""
        if not self.numbers.forgot(previous_sending):
            return
        self._logger.warning("Redis lost what it had taken; what is not acknowledged is sent again")
        for delivery in deliveries:
            delivery.state = resend_forgotten(delivery.state, previous_sending, self._now_ms(), self._random())

    def _untold(self, delivery: Delivery) -> None:
        if delivery.untold_since_ms is None and delivery.state.ack.highest > delivery.log.deleted_to:
            delivery.untold_since_ms = self._now_ms()

    def _is_doubted(self, delivery: Delivery) -> bool:
        """Its acknowledgement is missing or says less than before, and may be believed when it still does after a while."""
        if delivery.state.taken_back_since_ms is not None:
            return True
        since = delivery.untold_since_ms
        return since is not None and self._now_ms() - since < _UNTOLD_MS_MAX

    def _ask(self, connection: RedisConnection, some: List[Delivery]) -> Optional[AcksReply]:
        try:
            return parse_acks_reply(
                connection.run(self._script, self._keys, [delivery.log.publisher_id for delivery in some])
            )
        except Exception as error:
            if connection.is_ready:
                self._lane.failed(message_of(error))
            else:
                self._lane.disconnected()
            return None
