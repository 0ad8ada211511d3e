"""How far a verb is with many things of a kind: a line that moves on a terminal, else one a while.

The time left is judged by the speed of this run alone: what an earlier run had done came at once.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from .printing import write_note

_MOVES_S = 0.2
_TELLS_S = 10.0


class Progress:
    """Counts things on stderr; what moved on a terminal is taken away at the end.

    Args:
        things: What they are, in the plural.
        whole: How many there are, where that is known already.
        clock: Seconds from anywhere.
    """

    def __init__(
        self, things: str, whole: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._whole, self._things, self._clock = whole, things, clock
        self._stream = sys.stderr
        self._moving = self._stream.isatty()
        self._done = self._known = self._width = 0
        self._started = self._shown = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.end()

    def __call__(self, done: int, whole: int) -> None:
        """So many of so many are done."""
        self._done, self._whole = done, whole
        self._show()

    def known(self) -> None:
        """One was done by an earlier run."""
        self._done += 1
        self._known += 1

    def add(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        self._show()

    def end(self) -> None:
        """Takes the moving line away."""
        if self._width:
            self._write(f"\r{'':<{self._width}}\r")
            self._width = 0

    @property
    def spent(self) -> float:
        """Seconds since the first."""
        return self._clock() - self._started

    def line(self) -> str:
        """How far it is."""
        speed = (self._done - self._known) / max(self.spent, 1e-9)
        left = (self._whole - self._done) / speed if speed else 0.0
        return (
            f"{self._things}: {self._done:,} of {self._whole:,}, {speed:,.1f} a second, "
            f"{duration(left)} left"
        )

    def _show(self) -> None:
        now = self._clock()
        if now - self._shown < (_MOVES_S if self._moving else _TELLS_S):
            return
        self._shown = now
        line = self.line()
        if self._moving:
            self._write(f"\r{line:<{self._width}}")
            self._width = max(len(line), self._width)
        else:
            write_note(line)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextmanager
def each_in_turn() -> Iterator[Callable[[str], Progress]]:
    """Gives what begins to count something, and ends what was counted before."""
    with ExitStack() as begun:

        def say(things: str) -> Progress:
            begun.close()
            return begun.enter_context(Progress(things))

        yield say


def duration(seconds: float) -> str:
    """A time for people: 42 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
