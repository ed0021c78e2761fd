"""What a failed statement means for the outbox. Primary result codes: https://www.sqlite.org/rescode.html"""

import sqlite3

from .event_records import RecordDamagedError

LOCKED = "locked"
FULL = "full"
CORRUPT = "corrupt"
UNAVAILABLE = "unavailable"

_BY_CODE = {5: LOCKED, 6: LOCKED, 11: CORRUPT, 13: FULL, 26: CORRUPT}
#: Python has the code from 3.11 on; before that there are only the words, which SQLite has not changed in decades.
_BY_WORDS = (
    ("is locked", LOCKED),
    ("is full", FULL),
    ("malformed", CORRUPT),
    ("not a database", CORRUPT),
)


def sqlite_problem(thrown: BaseException) -> str:
    """Everything that is not known is ``unavailable``: the file cannot be used now, and nothing is wrong with its
    content.
    """
    if isinstance(thrown, RecordDamagedError):
        return CORRUPT
    if not isinstance(thrown, sqlite3.Error):
        return UNAVAILABLE
    code = getattr(thrown, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _BY_CODE.get(code & 0xFF, UNAVAILABLE)
    words = str(thrown)
    return next((problem for part, problem in _BY_WORDS if part in words), UNAVAILABLE)
