"""Keeps the engines' greetings off a person's terminal."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from .printing import write_note

_GREETINGS = (b"INFO:", b"I0000 ", b"WARNING: All log messages before absl")


@contextmanager
def quiet_engine() -> Iterator[TextIO]:
    """Holds back what is written to standard error, and passes on all but greetings at the end.

    LiteRT greets with an INFO line from C++ when it loads its first graph, and TensorFlow with
    lines of its own when it is imported; there is no switch for it.

    Yields:
        The standard error that a person sees meanwhile.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held, os.fdopen(kept, "w", closefd=False) as seen:
        os.dup2(held.fileno(), 2)
        try:
            yield seen
        finally:
            sys.stderr.flush()
            seen.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held:
                if not line.startswith(_GREETINGS):
                    write_note(line.decode(errors="surrogateescape").rstrip("\n"))
