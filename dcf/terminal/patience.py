"""A line for who waits at a terminal; whoever reads a pipe is told nothing."""

import sys
from contextlib import AbstractContextManager, nullcontext


def patience(doing: str) -> AbstractContextManager[object]:
    """Around what may be silent for more than 3 seconds: says on stderr what goes on, and how long.

    Args:
        doing: What a person waits for.
    """
    if not sys.stderr.isatty():
        return nullcontext()
    from .waiting_line import WaitingLine  # threads, for nothing where nobody looks

    return WaitingLine(doing)
