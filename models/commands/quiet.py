"""Keeps the engine's greeting off a person's terminal."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_engine() -> Iterator[None]:
    """Holds back what native code writes to standard error, and passes on all but its INFO lines.

    LiteRT greets with an INFO line from C++ when it loads its first graph; it has no switch for it.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held:
                if not line.startswith(b"INFO:"):
                    os.write(2, line)
