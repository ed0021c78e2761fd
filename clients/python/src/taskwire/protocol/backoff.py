"""The one way to wait before trying again."""

from typing import NamedTuple


class BackoffPolicy(NamedTuple):
    first_ms: float
    factor: float
    max_ms: float


def backoff_ms(policy: BackoffPolicy, attempt: int, random: float) -> float:
    """How long to wait before try number ``attempt`` (1 is the first retry): exponential, capped, half of it random, so
    that a thousand clients that lost the same server do not return at the same instant and none returns at once.

    :param random: a number in [0, 1), handed in so that this stays pure
    """
    # The exponent is bounded: a float would overflow after a thousand tries.
    full = min(policy.max_ms, policy.first_ms * policy.factor ** min(60, max(0, attempt - 1)))
    return round(full / 2 + (full / 2) * random)
