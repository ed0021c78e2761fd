"""Data made to fit where an event would be larger than a listener takes."""

import json
from typing import Any, Dict


def cut_data(data: str, bytes_max: int) -> str:
    """``data`` (JSON text of an object) with its largest field replaced by the beginning of its text, and ``truncated``
    beside it. Where that is not enough, nothing but that note is left: the status is what counts.
    """
    fields: Dict[str, Any] = json.loads(data)
    if not fields:
        return "{}"
    sizes = {name: len(_dump(value).encode()) for name, value in fields.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    value = fields[largest]
    text = value if isinstance(value, str) else _dump(value)
    length = min(len(text), bytes_max)
    while length >= 1:
        beginning = text[:length] + "…"
        truncated = {"field": largest, "bytes": sizes[largest]}
        cut = _dump({**fields, largest: beginning, "truncated": truncated})
        if len(cut.encode()) <= bytes_max:
            return cut
        length = int(length * 0.7)
    return _dump({"truncated": {"field": "data", "bytes": len(data.encode())}})


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
