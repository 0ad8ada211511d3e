"""The warnings of a program that stays, as lines that a terminal can be given."""

import logging
import sys

from .visible import visible_text


def show_warnings() -> None:
    """Write this process's warnings and errors to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter())
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)


class _Formatter(logging.Formatter):
    """The message, and the trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        text = super().format(record)
        return visible_text(text) if sys.stderr.isatty() else text
