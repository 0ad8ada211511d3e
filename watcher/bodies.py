"""The memory of request bodies, from a body's first byte to its answer: so much, and no more."""

import threading


class Bodies:
    """Counts the bytes of bodies that are under way.

    Attributes:
        most: bytes at once; 0 for no limit.
    """

    def __init__(self, most: int) -> None:
        """Nothing is taken yet."""
        self.most = most
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Sets bytes aside.

        Args:
            count: bytes.

        Returns:
            Whether there was room for them; if not, nothing is taken.
        """
        if not self.most:
            return True
        with self._lock:
            if self._taken + count > self.most:
                return False
            self._taken += count
            return True

    def give_back(self, count: int) -> None:
        """Makes room again.

        Args:
            count: bytes that were taken.
        """
        if self.most:
            with self._lock:
                self._taken -= count
