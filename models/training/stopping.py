"""Ends a run where nothing is lost: at Ctrl-C, at SIGTERM, when its time is over."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Asked between two steps whether the run is to end.

    Args:
        seconds: Time that the run may take; None for as long as it needs.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds
        self.signal: int | None = None

    @property
    def late(self) -> bool:
        """Whether the time is over."""
        return self._end is not None and time.monotonic() >= self._end

    @property
    def asked(self) -> bool:
        """Whether a signal came, or the time is over."""
        return self.signal is not None or self.late

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Takes SIGINT and SIGTERM inside ``with``; a second one ends the program as usual."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def note(number: int, _frame: FrameType | None) -> None:
            self.signal = number
            signal.signal(number, before[signal.Signals(number)])

        for number in before:
            signal.signal(number, note)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
