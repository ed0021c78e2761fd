"""From what a caller said to the event that goes out, complete but for its place in the outbox."""

import json
from typing import Any, Callable, Dict, NamedTuple

from ..protocol.errors import TaskwireError
from ..protocol.timestamp import format_timestamp, parse_timestamp
from ..protocol.traceparent import read_traceparent
from .cut_data import cut_data
from .event_input import EventInput, event_input_problem
from .safe_json import safe_json

#: Longest publisher_id and sequence, with their quotes and commas.
_PLACE_BYTES_MAX = 64 + 16 + 8


class BuiltEvent(NamedTuple):
    event_id: str
    payload: str


#: Called with publisher_id and sequence, so that both are in the JSON.
BuildEvent = Callable[[str, int], BuiltEvent]


class EventBuilder:
    """Checks and completes events of one worker."""

    def __init__(
        self,
        worker_container: str,
        event_bytes_max: int,
        clock_us: Callable[[], int],
        new_event_id: Callable[[], str],
    ) -> None:
        self._worker_container = worker_container
        self._event_bytes_max = event_bytes_max
        self._clock_us = clock_us
        self._new_event_id = new_event_id

    def prepare(self, event: EventInput) -> BuildEvent:
        """:raises TaskwireError: ``event_invalid`` names the field; ``event_too_large`` where not even an event without
        data would fit
        """
        problem = event_input_problem(event)
        if problem is not None:
            raise problem
        event_id = self._new_event_id()
        given_us = None if event.timestamp is None else parse_timestamp(event.timestamp)
        envelope: Dict[str, Any] = {
            "schema_version": 1,
            "event_id": event_id,
            "task_request_id": event.task_request_id,
            "status": event.status,
            "timestamp": format_timestamp(self._clock_us() if given_us is None else given_us),
            "worker_container": self._worker_container,
            "attempt": event.attempt,
        }
        optional = {
            "task_name": event.task_name,
            "progress": event.progress,
            "traceparent": read_traceparent(event.traceparent),
        }
        envelope.update((field, value) for field, value in optional.items() if value is not None)
        head = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))[:-1]
        data = self._data(event, head)

        def build(publisher_id: str, sequence: int) -> BuiltEvent:
            payload = f'{head},"publisher_id":"{publisher_id}","sequence":{sequence},"data":{data}}}'
            return BuiltEvent(event_id, payload)

        return build

    def _data(self, event: EventInput, head: str) -> str:
        data = "{}" if not event.data else safe_json(event.data)
        bytes_max = self._event_bytes_max - len(head.encode()) - _PLACE_BYTES_MAX - len(',"data":}')
        if len(data) * 4 > bytes_max and len(data.encode()) > bytes_max:
            data = cut_data(data, bytes_max)
            if len(data.encode()) > bytes_max:
                raise TaskwireError(
                    "event_too_large",
                    f"an event of task {event.task_request_id} has no room for any data within "
                    f"{self._event_bytes_max} bytes; raise event_bytes_max",
                )
        return data
