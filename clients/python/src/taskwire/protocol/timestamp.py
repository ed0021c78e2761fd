"""Time on the wire is RFC 3339 text; inside it is an integer of microseconds since 1970."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Optional

_EPOCH = datetime(1970, 1, 1)
_LATEST_US = (datetime(2255, 1, 1) - _EPOCH) // timedelta(microseconds=1)
_FORM = re.compile(
    r"([0-9]{4,6})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:[.,]([0-9]{1,9})[0-9]*)?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2}))?"
)


def parse_timestamp(text: str) -> Optional[int]:
    """Reads an RFC 3339 date-time (section 5.6), as UTC where it has no offset; more than six fractional digits are cut.

    :returns: microseconds since 1970; None for what is no date-time, or one outside 1970 to 2254
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match.group(index)) for index in range(1, 7))
    # A leap second (60) is valid in RFC 3339; it counts as the first second of the next minute, as in POSIX time.
    if not (1969 <= year <= 2255 and 1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 60):
        return None
    if not 1 <= day <= monthrange(year, month)[1]:
        return None
    fraction_us = int((match.group(7) or "0").ljust(6, "0")[:6])
    offset_hours, offset_minutes = int(match.group(10) or 0), int(match.group(11) or 0)
    if offset_hours > 23 or offset_minutes > 59:
        return None
    offset = timedelta(hours=offset_hours, minutes=offset_minutes) * (-1 if match.group(9) == "-" else 1)
    moment = datetime(year, month, day, hour, minute) + timedelta(seconds=second) - offset
    us = (moment - _EPOCH) // timedelta(microseconds=1) + fraction_us
    return us if 0 <= us < _LATEST_US else None


def format_timestamp(us: int) -> str:
    """Microseconds since 1970 as RFC 3339 in UTC with six fractional digits."""
    return (_EPOCH + timedelta(microseconds=us)).isoformat(timespec="microseconds") + "Z"
