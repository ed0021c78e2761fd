"""Numbers the sendings of this process and notices when Redis has forgotten some."""


class SendingNumbers:
    """Redis keeps the number of the last sending, written in the same step as the events, so it cannot have the one
    without the other.
    """

    def __init__(self) -> None:
        self._last = 0
        self._confirmed = 0

    def next(self) -> int:
        self._last += 1
        return self._last

    def confirmed(self, number: int) -> None:
        """Redis confirmed this sending and has its number."""
        self._confirmed = number

    def forgot(self, previous: int) -> bool:
        """:param previous: the number that Redis has, 0 for none
        :returns: whether it lost sendings that it had confirmed: those above ``previous``
        """
        if previous >= self._confirmed:
            return False
        self._confirmed = previous
        return True
