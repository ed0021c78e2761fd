"""The traceparent of W3C Trace Context, level 2, section 3.2."""

import re
from typing import Optional

#: Ids of zeros and version ff are invalid by the specification.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def read_traceparent(value: object) -> Optional[str]:
    """The text where it is a traceparent, None where it is not. As the specification says, what is not one is left out and
    nothing else happens: the status of a task matters more than its trace.
    """
    return value if isinstance(value, str) and _TRACEPARENT.fullmatch(value) else None
