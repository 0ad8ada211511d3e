"""Calls in progress, counted: whoever is alone may use every processor."""

import threading


class Calls:
    """How many calls are in progress; each is inside ``with`` meanwhile.

    Attributes:
        count: The number, the call that asks included.
    """

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *_failure: object) -> None:
        with self._lock:
            self.count -= 1

    @property
    def others(self) -> int:
        """The number without the call that asks."""
        return self.count - 1
