"""What a person sees of the container engine while it works."""

import re
import shutil
import sys
from collections import deque

import click

_KEPT_LINES = 30
_STEP = re.compile(r"(?:#\d+ (?=\[)|(?:\[\d+/\d+\] )?STEP |Step |[0-9a-f]{12}: )(.+)")
_CLEAR = "\r\x1b[K"


class Streamed:
    """Every line as it comes, on stderr."""

    def line(self, text: str) -> None:
        """Write it."""
        click.echo(text, err=True)

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
            width = shutil.get_terminal_size().columns - 1
            step = " ".join(found[1].split())[:width]
            click.echo(f"{_CLEAR}{step}", err=True, nl=False)

    def done(self) -> None:
        """Take the step away."""
        if self._shows:
            click.echo(_CLEAR, err=True, nl=False)

    def recall(self) -> None:
        """Write what is kept."""
        for text in self._kept:
            click.echo(text, err=True)
