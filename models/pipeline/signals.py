"""SIGINT and SIGTERM while steps run: the step at work gets them, and no other begins."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType


class Signals:
    """Takes both signals inside ``taken``.

    Attributes:
        last: The last that came; 0 for none.
    """

    def __init__(self) -> None:
        self.last = 0
        self._group = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Takes them inside ``with``; a second one that no step gets ends the program as usual."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._take) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def passed_on_to(self, group: int) -> Iterator[None]:
        """Passes on to a group of processes what comes inside ``with``, and what had come."""
        self._group = group
        if self.last:
            self._pass_on(self.last)
        try:
            yield
        finally:
            self._group = 0

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.last and not self._group:
            raise KeyboardInterrupt
        self.last = number
        if self._group:
            self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it has ended
            os.killpg(self._group, number)
