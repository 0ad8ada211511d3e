"""How fast a body comes."""

from ..bounds import BODY_RATE

_STALLED_TICKS = 2


class Pace:
    """Counts what comes over windows of some seconds, and since when nothing has."""

    def __init__(self, seconds: int) -> None:
        """One window's length, in ticks of about a second."""
        self._seconds = seconds
        self._began = self._moved = self._before = self._seen = 0

    def restart(self, tick: int, received: int) -> None:
        """A window begins.

        Args:
            tick: Of the connections' clock.
            received: Bytes of the connection so far.
        """
        self._began = self._moved = tick
        self._before = self._seen = received

    def is_too_slow(self, tick: int, received: int) -> bool:
        """Tell whether a window has ended with too little in it; then the next one begins."""
        if received != self._seen:
            self._seen, self._moved = received, tick
        if tick - self._began <= self._seconds:
            return False
        came, moved = received - self._before, self._moved
        self.restart(tick, received)
        self._moved = moved
        return came < BODY_RATE * self._seconds

    def is_silent(self, tick: int, received: int) -> bool:
        """Tell whether nothing has come for two seconds."""
        return received == self._seen and tick - self._moved >= _STALLED_TICKS
