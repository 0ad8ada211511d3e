"""Tells who waits that something still goes on, so that no screen is silent for over 3 seconds.

At a terminal it is one line that changes in place, on stderr; on a pipe a plain line now and then.
"""

import sys
import threading
import time

from .printing import show_step, write_note

SILENT_SECONDS = 3.0
_TERMINAL_SECONDS, _PIPE_SECONDS = 1.0, 15.0


class WaitingLine:
    """Around something that may take long.

    Attributes:
        doing: What is being done; may be changed meanwhile.
    """

    def __init__(self, doing: str) -> None:
        self.doing, self._began = doing, time.monotonic()
        self._is_terminal = sys.stderr.isatty()
        self._began = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="waiting-line", daemon=True)

    def __enter__(self) -> "WaitingLine":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        self._thread.join()

    def _tell(self) -> None:
        pause = SILENT_SECONDS
        while not self._over.wait(pause):
            line = f"  {time.monotonic() - self._began:.0f} s, {self.doing}"
            if self._is_terminal:
                show_step(line)
                pause = _TERMINAL_SECONDS
            else:
                write_note(line)
                pause = _PIPE_SECONDS
        if self._is_terminal:
            show_step("")
