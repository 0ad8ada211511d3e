"""What a person sees of the container engine while it works."""

import re
import sys
from collections import deque

from .printing import show_step, write_note

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
    """The current step alone, in one line of a terminal; the last lines if it fails."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=_KEPT_LINES)
        self._shows = sys.stderr.isatty()

    def line(self, text: str) -> None:
        """Keep it, and show the step it begins."""
        self._kept.append(text)
        found = _STEP.match(text)
        if self._shows and found:
            show_step(" ".join(found[1].split()))

    def done(self) -> None:
        """Take the step away."""
        if self._shows:
            show_step("")

    def recall(self) -> None:
        """Write what is kept."""
        for text in self._kept:
            write_note(text)
