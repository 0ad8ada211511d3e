"""The wish to end early, from a signal or the parent's end; the main thread waits on it."""

import contextlib
from queue import Empty, SimpleQueue


class Stop:
    """Asked for at most once.

    Attributes:
        reason: for the log; empty while nobody has asked.
        exit_code: of the process then.
    """

    def __init__(self) -> None:
        """Nobody has asked."""
        self.reason = ""
        self.exit_code = 0
        # Of all that can wake a thread, this alone may be used inside a signal handler.
        self._bell: SimpleQueue[None] = SimpleQueue()

    def ask(self, reason: str, exit_code: int) -> None:
        """Asks for the end.

        Args:
            reason: for the log; anything but empty.
            exit_code: of the process.
        """
        self.exit_code = exit_code
        self.reason = reason
        self.ring()

    def ring(self) -> None:
        """Wakes whoever waits, to look around."""
        self._bell.put(None)

    def wait(self, seconds: float) -> None:
        """Waits for a ring.

        Args:
            seconds: at most.
        """
        with contextlib.suppress(Empty):
            self._bell.get(timeout=max(0.0, seconds))
