"""What a caller may say of a task, and what is wrong with it."""

import json
import re
from typing import Any, Mapping, NamedTuple, Optional

from ..protocol.errors import TaskwireError
from ..protocol.statuses import TASK_STATUSES
from ..protocol.timestamp import parse_timestamp

_NAME_LENGTH_MAX = 255
_ATTEMPT_MAX = 2_147_483_647
#: Control characters, and lone surrogates, which no UTF-8 can hold.
_UNPRINTABLE = re.compile("[\u0000-\u001f\u007f\ud800-\udfff]")


class EventInput(NamedTuple):
    """What a task says of itself. Only the first two are needed; callers may have put anything into any field."""

    task_request_id: str
    status: str
    data: Optional[Mapping[str, Any]] = None
    task_name: Optional[str] = None
    #: 1 on the first run, +1 after each RETRY; 0: not counted.
    attempt: int = 1
    #: 0 to 1, in RUNNING events.
    progress: Optional[float] = None
    #: RFC 3339; default: now.
    timestamp: Optional[str] = None
    #: W3C trace context; default: the active span of OpenTelemetry. What is not one is left out.
    traceparent: Optional[str] = None


def event_input_problem(event: EventInput) -> Optional[TaskwireError]:
    """What is wrong with an event, naming the field; None where nothing is."""
    for field in ("task_request_id", "task_name"):
        value = getattr(event, field)
        if field == "task_name" and value is None:
            continue
        problem = name_problem(field, value)
        if problem is not None:
            return problem
    if not isinstance(event.status, str) or event.status not in TASK_STATUSES:
        return _invalid("status", f"one of {', '.join(TASK_STATUSES)}", event.status)
    if event.data is not None and not isinstance(event.data, Mapping):
        return _invalid("data", "a dict", event.data)
    if not _is_int(event.attempt) or not 0 <= event.attempt <= _ATTEMPT_MAX:
        return _invalid("attempt", f"a whole number from 0 to {_ATTEMPT_MAX}", event.attempt)
    if event.progress is not None:
        if not isinstance(event.progress, (int, float)) or isinstance(event.progress, bool) or not 0 <= event.progress <= 1:
            return _invalid("progress", "a number from 0 to 1", event.progress)
        if event.status != "RUNNING":
            return _invalid("progress", "none unless the status is RUNNING", event.progress)
    if event.timestamp is not None and (
        not isinstance(event.timestamp, str) or parse_timestamp(event.timestamp) is None
    ):
        return _invalid("timestamp", "an RFC 3339 date-time from 1970 to 2254", event.timestamp)
    return None


def name_problem(field: str, value: object) -> Optional[TaskwireError]:
    """Ids and names reach terminals, logs and addresses."""
    if isinstance(value, str) and 1 <= len(value) <= _NAME_LENGTH_MAX and _UNPRINTABLE.search(value) is None:
        return None
    return _invalid(field, f"a text of 1 to {_NAME_LENGTH_MAX} characters without control characters", value)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _invalid(field: str, expected: str, got: object) -> TaskwireError:
    return TaskwireError("event_invalid", f"{field}: expected {expected}, got {_shown(got)}")


def _shown(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 80 else value[:77] + "...")
    if value is None or isinstance(value, (bool, float)):
        return str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 256 else "a very large number"
    return f"a value of type {type(value).__name__}"
