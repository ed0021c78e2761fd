"""How far a task is, from what it told update_state()."""

import math
from typing import Any, Mapping, Optional


def progress_of(meta: Any) -> Optional[float]:
    """``{"progress": 0…1}``, ``{"current": …, "total": …}`` or ``{"percent": 0…100}``; None for anything else."""
    if not isinstance(meta, Mapping):
        return None
    progress = _number(meta.get("progress"))
    if progress is not None:
        return progress
    current, total = _number(meta.get("current")), _number(meta.get("total"))
    if current is not None and total is not None and total > 0:
        return current / total
    percent = _number(meta.get("percent"))
    return None if percent is None else percent / 100


def _number(value: Any) -> Optional[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
