"""How much of the queue is taken; asked before a call is read, and while it is."""

from ...errors import QueueFull
from .settings import Limits


class Capacity:
    """Counts what waits or runs; what is being received counts already."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.calls = self.bytes = 0

    def enter(self, declared: int) -> "Place":
        """Take a place for a call that says how many bytes it has (0: unknown); or `QueueFull`."""
        if self.calls >= self._limits.calls:
            raise QueueFull(f"the queue is full: {self._limits.calls} calls wait; try again later")
        self.check(declared)
        return Place(self)

    def check(self, more: int) -> None:
        """Raise `QueueFull` unless so many bytes more have room."""
        if self.bytes + more > self._limits.total_bytes:
            raise QueueFull(
                f"the queue is full: its calls may have {self._limits.total_bytes} bytes together; "
                "try again later"
            )


class Place:
    """One call's share of the queue, from its first byte to its delivery."""

    def __init__(self, capacity: Capacity, size: int = 0) -> None:
        self._capacity, self._size = capacity, size
        capacity.calls += 1
        capacity.bytes += size

    def grow(self, more: int) -> None:
        """Take room for more bytes; or `QueueFull`."""
        self._capacity.check(more)
        self._size += more
        self._capacity.bytes += more

    def leave(self) -> None:
        """Give it all back."""
        self._capacity.calls -= 1
        self._capacity.bytes -= self._size
