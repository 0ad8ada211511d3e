"""What a person sees of the container engine while it works."""

import re
import sys
from collections import deque

from .printing import show_step, write_note
from .waiting_line import WaitingLine

_KEPT_LINES = 30
_STEP = re.compile(r"(?:#\d+ (?=\[)|(?:\[\d+/\d+\] )?STEP |Step |[0-9a-f]{12}: )(.+)")


class Streamed:
    """Every line as it comes, on stderr."""

    def line(self, text: str) -> None:
        """Write it."""
        write_note(text)

    def done(self) -> None:
        """All is written."""

    def recall(self) -> None:
        """All is written."""


class Quiet:
    """The current step alone, in one line of a terminal; the last lines if it fails.

    A step that takes long shows its time, so that one sees that the engine still works.
    """

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=_KEPT_LINES)
        self._waiting = WaitingLine("the container engine works") if sys.stderr.isatty() else None
        if self._waiting:
            self._waiting.__enter__()

    def line(self, text: str) -> None:
        """Keep it, and show the step it begins."""
        self._kept.append(text)
        found = _STEP.match(text)
        if self._waiting and found:
            self._waiting.doing = " ".join(found[1].split())
            show_step(self._waiting.doing)

    def done(self) -> None:
        """Take the step away."""
        if self._waiting:
            self._waiting.__exit__(None, None, None)
            show_step("")

    def recall(self) -> None:
        """Write what is kept."""
        for text in self._kept:
            write_note(text)
