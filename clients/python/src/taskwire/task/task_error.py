"""What a FAILURE or RETRY says of what was raised."""

import traceback
from types import TracebackType
from typing import Any, Dict, Optional

from ..protocol.errors import message_of

#: The end of a traceback is what tells; a recursion that ran away has thousands of lines.
_TRACEBACK_LENGTH_MAX = 16_000


def task_error_data(error: BaseException, trace: Optional[TracebackType] = None) -> Dict[str, Any]:
    """Never throws, whatever was raised. ``error_type`` is the name of its class, as Celery's results have it."""
    data: Dict[str, Any] = {"error": message_of(error), "error_type": type(error).__name__}
    where = trace if trace is not None else error.__traceback__
    if where is not None:
        try:
            text = "".join(traceback.format_exception(type(error), error, where))
            data["traceback"] = cut_traceback(text)
        except Exception:
            # Something of it cannot be shown; the rest is.
            pass
    return data


def cut_traceback(text: str) -> str:
    return text if len(text) <= _TRACEBACK_LENGTH_MAX else "…" + text[-_TRACEBACK_LENGTH_MAX:]
