"""An end to waiting for somebody who sends a byte now and then, which no socket's time-out sees."""

import contextlib
import math
import socket
import threading
import time


class Deadline:
    """Ends a socket's connection when its time is over; whoever reads from it then fails.

    Attributes:
        seconds: How long it is; 0 for as long as it takes.
        is_over: Whether the connection was ended.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.is_over = seconds, False
        self._ends = math.inf
        self._timer: threading.Timer | None = None

    def begin(self, connected: socket.socket) -> None:
        """Count from now on."""
        if self.seconds:
            self._ends = time.monotonic() + self.seconds
            self._timer = threading.Timer(self.seconds, self._cut, (connected,))
            self._timer.daemon = True
            self._timer.start()

    @property
    def has_passed(self) -> bool:
        """Whether its time is over; the connection may be about to be ended."""
        return time.monotonic() >= self._ends

    def end(self) -> None:
        """Nobody waits any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _cut(self, connected: socket.socket) -> None:
        self.is_over = True
        with contextlib.suppress(OSError):  # it has just ended by itself
            connected.shutdown(socket.SHUT_RDWR)
