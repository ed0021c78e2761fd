"""The JSON text of whatever a task put into its data."""

import base64
import dataclasses
import datetime
import json
import math
import re
import uuid
from decimal import Decimal
from enum import Enum
from typing import Any, Dict, List, Mapping, Set

from ..interruption import let_through
from ..protocol.errors import message_of

#: Deeper data is refused by every listener.
DATA_DEPTH_MAX = 64
#: Values beyond this are left out: serialising must end, also for an object that makes members as it is read.
_NODES_MAX = 200_000
_SAFE_INTEGER_MAX = 2**53 - 1
#: What an object that JSON does not know may say of itself.
_TEXT_LENGTH_MAX = 10_000
#: NUL, and digits that may be more than a double holds: the careful path decides.
_SUSPICIOUS = re.compile(r"\\u0000|[0-9]{16}")
_UNSTORABLE = re.compile("[\u0000\ud800-\udfff]")


def safe_json(value: Mapping[str, Any]) -> str:
    """Never throws, and what comes out is what every listener takes: NaN and infinities become null; NUL and lone
    surrogates U+FFFD; integers beyond 2^53 text; dates, UUIDs, decimals, sets, bytes, enums and data classes what one
    would expect; circles, what is nested too deep and what cannot be read become a text that says so.
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        text.encode()
        if not (_SUSPICIOUS.search(text) or text.count("{") + text.count("[") >= DATA_DEPTH_MAX):
            return text
    except Exception as error:
        # A circle, a NaN, too deep for the json module: found again and replaced one by one below.
        let_through(error)
    try:
        return _dump(_Plain().members(value, 1))
    except Exception as error:
        let_through(error)
        return _dump({"unserialisable": storable_text(message_of(error))})


def storable_text(text: str) -> str:
    """NUL and lone surrogates, which PostgreSQL's jsonb cannot hold, become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _dump(value: object) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


class _Plain:
    """Makes plain JSON values of anything, keeping count of what it has seen."""

    def __init__(self) -> None:
        self._above: Set[int] = set()
        self._nodes = 0

    def value(self, value: object, depth: int) -> object:
        try:
            return self._plain(value, depth)
        except Exception as error:
            let_through(error)
            return storable_text(f"[unreadable: {message_of(error)}]")

    def _plain(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Enum):
            return self.value(value.value, depth)
        if isinstance(value, str):
            return storable_text(str(value))
        if isinstance(value, int):
            return int(value) if abs(value) <= _SAFE_INTEGER_MAX else _digits(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else None
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
            return value.isoformat()
        if isinstance(value, datetime.timedelta):
            return value.total_seconds()
        if isinstance(value, (Decimal, uuid.UUID)):
            return str(value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _bytes_text(bytes(value))
        return self._container(value, depth)

    def _container(self, value: object, depth: int) -> object:
        if id(value) in self._above:
            return "[circular]"
        if depth > DATA_DEPTH_MAX:
            return "[nested too deep]"
        self._nodes += 1
        if self._nodes > _NODES_MAX:
            return "[too many values]"
        self._above.add(id(value))
        try:
            if isinstance(value, Mapping):
                return self.members(value, depth)
            if isinstance(value, (list, tuple, set, frozenset)):
                return self._items(value, depth)
            if dataclasses.is_dataclass(value) and not isinstance(value, type):
                fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
                return self.members(fields, depth)
            if isinstance(value, BaseException):
                return storable_text(f"{type(value).__name__}: {message_of(value)}")[:_TEXT_LENGTH_MAX]
            return storable_text(str(value)[:_TEXT_LENGTH_MAX])
        finally:
            self._above.discard(id(value))

    def members(self, value: Mapping[Any, Any], depth: int) -> Dict[str, object]:
        members: Dict[str, object] = {}
        for key in value:
            if self._nodes > _NODES_MAX:
                break
            try:
                member = value[key]
            except Exception as error:
                let_through(error)
                member = f"[unreadable: {message_of(error)}]"
            members[_key_text(key)] = self.value(member, depth + 1)
        return members

    def _items(self, value: Any, depth: int) -> List[object]:
        items: List[object] = []
        for item in value:
            if self._nodes > _NODES_MAX:
                break
            items.append(self.value(item, depth + 1))
        return items


def _key_text(key: object) -> str:
    """As the json module writes keys; other ones by their text."""
    if key is None:
        return "null"
    if isinstance(key, bool):
        return "true" if key else "false"
    try:
        return storable_text(str(key))
    except Exception as error:
        let_through(error)
        return f"[unreadable {type(key).__name__}]"


def _digits(value: int) -> str:
    """Python refuses to write very long integers in decimal, as that takes quadratic time."""
    return str(int(value)) if value.bit_length() <= 10_000 else hex(value)[:_TEXT_LENGTH_MAX]


def _bytes_text(value: bytes) -> str:
    try:
        return storable_text(value.decode())
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
