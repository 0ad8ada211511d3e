"""Says how far a long step has come: a line that moves on a terminal, a few lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self, TextIO

_MOVES = 0.1
_LINES = 30.0
"""Seconds between what is said, on a terminal and elsewhere."""


class Counter:
    """Called with how many are done, and of how many.

    Args:
        what: What is counted.
        stream: Where it is said.
    """

    def __init__(self, what: str, stream: TextIO) -> None:
        self._what, self._stream = what, stream
        self._moving = stream.isatty()
        self._started = self._said = time.monotonic()
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._width:
            self._write("\n")

    def __call__(self, done: int, whole: int) -> None:
        """Says it, unless it was said just now."""
        now = time.monotonic()
        if now - self._said < (_MOVES if self._moving else _LINES) and not (
            self._moving and done == whole
        ):
            return
        self._said = now
        speed = done / max(1e-3, now - self._started)
        line = f"{self._what}: {done:,} of {whole:,}, {speed:,.0f} a second"
        if self._moving:
            self._write(f"\r{line:<{self._width}}")
            self._width = len(line)
        else:
            self._write(f"{line}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextmanager
def counters() -> Iterator[Callable[[str], Counter]]:
    """Gives what begins to count something on stderr, which ends what was counted before."""
    with ExitStack() as begun:

        def say(what: str) -> Counter:
            begun.close()
            return begun.enter_context(Counter(what, sys.stderr))

        yield say
