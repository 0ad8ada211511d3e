"""Says what a long command is doing: a line that moves on a terminal, a line a step elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[str, float], None]
"""Called with what is done and the share of it that is done, 0..1."""
Say = Callable[[str], None]
"""Called with what a person should know."""


def counted_shares(step: str, whole: int, progress: Progress) -> Callable[[int], None]:
    """Turns things that are counted into shares of a step.

    Args:
        step: What is done.
        whole: How many there are.
        progress: Called with the step and the share of it that is done.

    Returns:
        What is called with how many more are done.
    """
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress(step, done / whole)

    return count


class Steps:
    """Called again and again with a step's name and the share of it that is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._moving = stream.isatty()
        self._step = ""
        self._started = time.monotonic()

    def __call__(self, step: str, share: float) -> None:
        """Shows a step's progress; a step ends when its share is 1."""
        if step != self._step:
            self._step, self._started = step, time.monotonic()
            if not self._moving and share < 1:
                print(f"{step} ...", file=self._stream, flush=True)
        spent = time.monotonic() - self._started
        if share >= 1:
            start = "\r" if self._moving else ""
            print(f"{start}{step}: done in {spent:.0f} s   ", file=self._stream, flush=True)
        elif self._moving:
            print(f"\r{step}: {share:4.0%}, {spent:.0f} s", end="", file=self._stream, flush=True)
