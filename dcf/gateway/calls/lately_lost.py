"""Replicas that could not be reached a moment ago: others are asked first, if there are any."""

from collections.abc import Callable

_SECONDS = 5.0
_REMEMBERED = 1024


class LatelyLost:
    """By address. A machine that is gone would cost every call to it a connection's time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """None is lost.

        Args:
            clock: Seconds.
        """
        self._clock = clock
        self._until: dict[str, float] = {}

    def __contains__(self, address: str) -> bool:
        until = self._until.get(address)
        if until is None or until > self._clock():
            return until is not None
        del self._until[address]
        return False

    def __bool__(self) -> bool:
        return bool(self._until)

    def add(self, address: str) -> None:
        """It refused, or did not answer."""
        self._until.pop(address, None)
        self._until[address] = self._clock() + _SECONDS
        while len(self._until) > _REMEMBERED:
            del self._until[next(iter(self._until))]

    def discard(self, address: str) -> None:
        """It took a connection."""
        self._until.pop(address, None)
