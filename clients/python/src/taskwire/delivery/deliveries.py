"""The deliveries of all logs that there are."""

from typing import Any, Dict, Iterator, List, Optional, Sequence

from ..outbox.event_log import EventLog, ReadLimits
from ..protocol.event_id import event_id_time_ms
from .delivery_state import DeliveryState, new_delivery, resumed_delivery
from .publisher_ack import count_unacknowledged
from .segments import STREAMED

#: A heartbeat names so many publishers at most, the newest.
_REPORTS_MAX = 100


class Delivery:
    """One publisher's events and what is known of their way."""

    def __init__(self, log: EventLog, now_ms: float) -> None:
        self.log = log
        #: Events of the open publisher are fresh; those of earlier ones are backlog.
        self.state: DeliveryState = (
            new_delivery(now_ms)
            if log.open
            else resumed_delivery(log.last_sequence, log.deleted_to, log.ack, now_ms)
        )
        #: Somebody else uses the same publisher_id: nothing of it is sent or believed any more.
        self.contested = log.has_hole
        #: It could not be read, and is left alone until then.
        self.rests_until_ms = 0.0
        #: Since when Redis says nothing of it, though events of it that were acknowledged are kept here.
        self.untold_since_ms: Optional[float] = None

    @property
    def unacknowledged(self) -> int:
        """Of a contested one, what has not moved to its new publisher yet: no acknowledgement speaks of it."""
        if self.contested:
            return self.log.last_sequence - self.log.deleted_to
        return count_unacknowledged(self.state.ack, self.log.last_sequence)

    @property
    def unsent(self) -> int:
        """Neither in the stream nor acknowledged."""
        if self.contested:
            return self.unacknowledged
        late = sum(each.size for each in self.state.segments if each.phase != STREAMED)
        return late + max(0, self.log.last_sequence - self.state.frontier)

    def oldest_time_ms(self) -> Optional[int]:
        segments = self.state.segments
        first = segments[0].first if segments else self.state.frontier + 1
        if first > self.log.last_sequence:
            return None
        try:
            events = self.log.read(first, first, ReadLimits(1, 1))
        except Exception:
            # The sender meets the same error, and deals with it.
            return None
        return event_id_time_ms(events[0].event_id) if events else None


class Deliveries:
    def __init__(self) -> None:
        self._deliveries: List[Delivery] = []

    def __iter__(self) -> Iterator[Delivery]:
        return iter(list(self._deliveries))

    def follow(self, logs: Sequence[EventLog], now_ms: float) -> None:
        """Takes up logs that are new and drops those that are gone."""
        if len(logs) == len(self._deliveries) and all(
            delivery.log is log for delivery, log in zip(self._deliveries, logs)
        ):
            return
        known: Dict[int, Delivery] = {id(delivery.log): delivery for delivery in self._deliveries}
        self._deliveries = [known.get(id(log)) or Delivery(log, now_ms) for log in logs]

    @property
    def unacknowledged(self) -> int:
        return sum(delivery.unacknowledged for delivery in self._deliveries)

    @property
    def unsent(self) -> int:
        return sum(delivery.unsent for delivery in self._deliveries)

    def oldest_unacknowledged_ms(self, now_ms: float) -> int:
        """Age in ms of the oldest event that is not acknowledged; 0 where there is none."""
        times = [delivery.oldest_time_ms() for delivery in self._deliveries]
        return max(0, round(now_ms - min([now_ms, *(time for time in times if time is not None)])))

    def reports(self) -> List[Dict[str, Any]]:
        """What a heartbeat says of each publisher."""
        told = [delivery for delivery in self._deliveries if not delivery.contested][-_REPORTS_MAX:]
        return [
            {
                "publisher_id": delivery.log.publisher_id,
                "last_sequence": delivery.log.last_sequence,
                "closed": not delivery.log.open and delivery.log.closable and delivery.unacknowledged == 0,
            }
            for delivery in told
        ]
