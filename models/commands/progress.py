"""How far a verb is with many things of a kind: a line that moves on a terminal, else one a while.

The time left is judged by the speed of this run alone: what an earlier run had done came at once.
"""

import sys
import time
from collections.abc import Callable

from .printing import write_note

_MOVES_S = 0.2
_TELLS_S = 10.0


class Progress:
    """Counts things on stderr.

    Args:
        whole: How many there are.
        things: What they are, in the plural.
        clock: Seconds from anywhere.
    """

    def __init__(
        self, whole: int, things: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._whole, self._things, self._clock = whole, things, clock
        self._moving = sys.stderr.isatty()
        self._done = self._counted = 0
        self._started = self._shown = clock()

    def known(self) -> None:
        """One was done by an earlier run."""
        self._done += 1

    def add(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        self._counted += count
        now = self._clock()
        if now - self._shown >= (_MOVES_S if self._moving else _TELLS_S):
            self._shown = now
            line = self.line()
            if self._moving:
                sys.stderr.write(f"\r{line:<70}")
                sys.stderr.flush()
            else:
                write_note(line)

    def end(self) -> None:
        """Takes the moving line away."""
        if self._moving:
            sys.stderr.write(f"\r{'':<70}\r")
            sys.stderr.flush()

    @property
    def spent(self) -> float:
        """Seconds since the first."""
        return self._clock() - self._started

    def line(self) -> str:
        """How far it is."""
        speed = self._counted / max(self.spent, 1e-9)
        left = (self._whole - self._done) / speed if speed else 0.0
        return (
            f"{self._done:,} of {self._whole:,} {self._things}, {speed:,.1f} a second, "
            f"{duration(left)} left"
        )


def duration(seconds: float) -> str:
    """A time for people: 42 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
