"""The one error type. ``code`` is stable and can be searched for."""

from typing import Dict

#: Each code, and whether the same call can succeed later without anybody changing anything.
ERROR_CODES: Dict[str, bool] = {
    "setting_invalid": False,
    "event_invalid": False,
    "event_too_large": False,
    "outbox_full": True,
    "outbox_unavailable": True,
    "notifier_stopped": False,
}


class TaskwireError(Exception):
    """What happened, with which value, and what to do about it, in one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = ERROR_CODES[code]


def message_of(thrown: BaseException) -> str:
    """The message of anything that was thrown; never fails itself."""
    try:
        return str(thrown) or type(thrown).__name__
    except Exception:
        return type(thrown).__name__
