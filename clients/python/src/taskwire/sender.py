"""Moves events from the outbox to Redis, a turn at a time. While one batch is under way the next one gathers, so that one
event alone goes at once and many go together, without waiting for either.
"""

from contextlib import AbstractContextManager
from typing import Any, Callable, List, NamedTuple, Optional, Union

from .ack_reader import NEVER, AckReader
from .delivery.deliveries import Deliveries, Delivery
from .delivery.delivery_state import Sending, queue_ranges, queue_up_to, record_sending
from .delivery.resend_rules import LATE_EVENTS_MAX, Admission, late_under_way, next_due
from .delivery.segments import PUBLISHED, QUEUED, STREAMED, without_ranges
from .lane import SECOND_LANE, Lane
from .log import Logger
from .outbox.event_keeper import EventKeeper
from .outbox.event_log import ReadLimits, StoredEvent, up_to_hole
from .protocol.errors import message_of
from .protocol.event_signature import SigningKey, sign_event
from .protocol.redis_names import RedisNames, sending_number_key
from .wire.lua_script import load_lua_script
from .wire.redis_connection import RedisConnection
from .wire.replies import BatchReply, parse_batch_reply

#: One script call blocks Redis for all: 500 events are a few ms of its time.
_BATCH_LIMITS = ReadLimits(500, 1_048_576)
#: What Redis remembers of a sender that is gone. Longer than a database is away.
_SENDING_NUMBER_LIFETIME_MS = 7 * 24 * 3_600_000
#: More than this that piled up while nothing could be sent is backlog: it goes through the window, behind fresh events.
_FRESH_EVENTS_MAX = 1_000
#: A refusal as read-only may mean that the address points to another server by now.
_READONLY_RECONNECT_MS = 5_000
_UNREADABLE_PAUSE_MS = 5_000


class _Range(NamedTuple):
    first: int
    last: int
    late: bool
    #: 0 where the channel had these events not long ago.
    publish: bool


class Sender:
    """Used by one thread; ``lock`` is held around everything but calls to Redis."""

    def __init__(
        self,
        names: RedisNames,
        sender_id: str,
        keeper: EventKeeper,
        deliveries: Deliveries,
        connection: RedisConnection,
        acks: AckReader,
        lane: Lane,
        logger: Logger,
        now_ms: Callable[[], float],
        lock: "AbstractContextManager[Any]",
        somebody_waits: Callable[[], bool],
        signing_key: Optional[SigningKey],
    ) -> None:
        self._channel = names.channel
        self._keys = [names.stream, sending_number_key(names, sender_id), names.acks]
        self._script = load_lua_script("publish-batch.lua")
        self._keeper = keeper
        self._deliveries = deliveries
        self._connection = connection
        self._acks = acks
        self._lane = lane
        self._logger = logger
        self._now_ms = now_ms
        self._lock = lock
        self._somebody_waits = somebody_waits
        #: As they are sent: what waits in the outbox goes out under the key of today.
        self._signing_key = signing_key
        self._reconnected_at_ms = -NEVER

    def connected(self) -> None:
        """The connection is there, or there again."""
        with self._lock:
            self._lane.connected()
            self._deliveries.follow(self._keeper.logs(), self._now_ms())
            for delivery in self._deliveries:
                if delivery.log.last_sequence - delivery.state.frontier > _FRESH_EVENTS_MAX:
                    delivery.state = queue_up_to(delivery.state, delivery.log.last_sequence, self._now_ms())
            self._acks.expect_soon(True)
            # The database may have gone back while nobody here looked: before this process, or behind a cut.
            self._acks.look_once()

    def turn(self) -> bool:
        """Sends what may be sent now, and reads acknowledgements that are due. Without the lock held.

        :returns: whether there is more to do at once
        """
        with self._lock:
            self._deliveries.follow(self._keeper.logs(), self._now_ms())
            deliveries = list(self._deliveries)
        if not self._can_send():
            return False
        more = False
        for delivery in deliveries:
            if delivery.contested:
                with self._lock:
                    more = self._keeper.rehome(delivery.log) > 0 or more
            elif self._send_fresh(delivery):
                more = True
            if not self._can_send():
                return False
        if self._send_late():
            more = True
        if self._can_send() and self._now_ms() >= self._acks_due_ms():
            self._acks.read(self._connection, self._deliveries)
        return more or self._acks.found_contested()

    def due_ms(self) -> float:
        """When the next turn is due, where nothing new comes."""
        if not self._connection.is_ready:
            return self._connection.due_ms
        with self._lock:
            return max(self._lane.holds_until_ms, min(self._acks.due_ms(self._deliveries), self._next_late_ms()))

    def _can_send(self) -> bool:
        return self._connection.is_ready and self._now_ms() >= self._lane.holds_until_ms

    def _acks_due_ms(self) -> float:
        with self._lock:
            return self._acks.due_ms(self._deliveries)

    def _next_late_ms(self) -> float:
        """When the next late event may go: its own time, or that of the lane."""
        due = NEVER
        window_open = self._late_now() < LATE_EVENTS_MAX
        for delivery in self._deliveries:
            if delivery.contested:
                continue
            if delivery.rests_until_ms > self._now_ms():
                due = min(due, delivery.rests_until_ms)
                continue
            for segment in delivery.state.segments:
                if segment.phase == QUEUED and window_open:
                    due = min(due, segment.due_ms)
                if segment.phase == PUBLISHED:
                    due = min(due, self._lane.offers_from_ms)
        return due

    def _rests(self, delivery: Delivery) -> bool:
        return self._now_ms() < delivery.rests_until_ms

    def _send_fresh(self, delivery: Delivery) -> bool:
        """:returns: whether more fresh events wait"""
        log = delivery.log
        first, last = delivery.state.frontier + 1, log.last_sequence
        if first > last or self._rests(delivery):
            return False
        self._send(delivery, _Range(first, last, late=False, publish=True))
        return delivery.state.frontier < log.last_sequence and not self._rests(delivery)

    def _send_late(self) -> bool:
        """One batch of backlog or copies a turn, behind the fresh ones.

        :returns: whether there is another
        """
        with self._lock:
            room = LATE_EVENTS_MAX - self._late_now()
            admission = Admission(queued=room > 0, published=self._now_ms() >= self._lane.offers_from_ms)
            for delivery in self._deliveries:
                if delivery.contested or self._rests(delivery):
                    continue
                due = next_due(delivery.state.segments, admission, self._now_ms())
                if due is None:
                    continue
                last = min(due.last, due.first + room - 1) if due.phase == QUEUED else due.last
                wanted = _Range(due.first, last, late=True, publish=due.tries == 0)
                break
            else:
                return False
        self._send(delivery, wanted)
        return True

    def _late_now(self) -> int:
        """What the stream refused waits for the stream and not for acknowledgements, so it does not fill the window."""
        with_published = self._lane.name == SECOND_LANE
        return sum(late_under_way(delivery.state.segments, with_published) for delivery in self._deliveries)

    def _send(self, delivery: Delivery, wanted: _Range) -> None:
        with self._lock:
            events = self._readable(delivery, wanted)
            if events is None:
                return
            if not events or events[0].sequence > wanted.first:
                self._forget_gone(delivery, wanted.first, (events[0].sequence if events else wanted.last + 1) - 1)
            if not events:
                return
            sent = wanted._replace(first=events[0].sequence, last=events[-1].sequence)
            number = self._acks.numbers.next()
        try:
            reply = parse_batch_reply(
                self._connection.run(self._script, self._keys, self._arguments(delivery, sent, number, events))
            )
        except Exception as error:
            with self._lock:
                self._outcome_unknown(delivery, sent, error)
            return
        with self._lock:
            self._take_reply(delivery, sent, number, reply)

    def _readable(self, delivery: Delivery, wanted: _Range) -> Optional[List[StoredEvent]]:
        """A log that cannot be read rests for a while, so that it holds up no other."""
        try:
            return up_to_hole(delivery.log.read(wanted.first, wanted.last, _BATCH_LIMITS))
        except Exception as error:
            delivery.rests_until_ms = self._now_ms() + _UNREADABLE_PAUSE_MS
            self._keeper.read_failed(delivery.log, error)
            return None

    def _arguments(
        self, delivery: Delivery, sent: _Range, number: int, events: List[StoredEvent]
    ) -> List[Union[str, int]]:
        publisher_id = delivery.log.publisher_id
        values: List[Union[str, int]] = [
            self._channel,
            number,
            _SENDING_NUMBER_LIFETIME_MS,
            publisher_id,
            1 if sent.publish else 0,
            sent.first,
            " ".join(event.event_id for event in events),
        ]
        values += (self._signed(event.payload) for event in events)
        return values

    def _signed(self, payload: str) -> str:
        return payload if self._signing_key is None else sign_event(payload, self._signing_key)

    def _outcome_unknown(self, delivery: Delivery, sent: _Range, error: Exception) -> None:
        """It may have happened or not. The database knows an event that it has."""
        segments = queue_ranges(delivery.state.segments, [(sent.first, sent.last)], self._now_ms())
        frontier = max(delivery.state.frontier, sent.last)
        delivery.state = delivery.state._replace(segments=segments, frontier=frontier)
        if self._connection.is_ready:
            self._lane.failed(message_of(error))
        else:
            self._lane.disconnected()

    def _take_reply(self, delivery: Delivery, sent: _Range, number: int, reply: BatchReply) -> None:
        now = self._now_ms()
        self._acks.check_forgotten(reply.previous_sending, self._deliveries)
        if reply.marked:
            self._acks.numbers.confirmed(number)
        added_to = sent.first + reply.added - 1
        if reply.added > 0:
            streamed = Sending(sent.first, added_to, number, STREAMED, sent.late)
            delivery.state = record_sending(delivery.state, streamed, now)
        if added_to < sent.last:
            published = Sending(added_to + 1, sent.last, number, PUBLISHED, sent.late)
            delivery.state = record_sending(delivery.state, published, now)
        if reply.reason is None:
            self._lane.accepted()
        else:
            self._lane.refused(reply.reason)
            if "READONLY" in reply.reason and now - self._reconnected_at_ms >= _READONLY_RECONNECT_MS:
                self._reconnected_at_ms = now
                self._connection.reconnect()
        self._acks.expect_soon(sent.late or self._somebody_waits())
        if reply.ack is not None:
            self._acks.take(delivery, reply.ack)

    def _forget_gone(self, delivery: Delivery, first: int, last: int) -> None:
        self._logger.error(
            "the database asks for events that are past their grace time and gone from the outbox",
            publisher_id=delivery.log.publisher_id,
            first=first,
            last=last,
        )
        segments = without_ranges(delivery.state.segments, [(first, last)])
        frontier = max(delivery.state.frontier, last)
        delivery.state = delivery.state._replace(segments=segments, frontier=frontier)


