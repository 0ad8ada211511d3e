"""The memory of request bodies, from a body's first byte to its last use: so much, and no more."""

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

    @property
    def taken(self) -> int:
        """Bytes that are set aside now."""
        return self._taken

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


class Share:
    """One body's part of that memory, free again when the last who holds the body lets go.

    The connection holds it until the answer, the handler until it returns: a call that was answered
    504 may still have its body in use.
    """

    __slots__ = ("_bodies", "_holders", "_lock", "size")

    def __init__(self, bodies: Bodies) -> None:
        """Takes no bytes yet; whoever makes it is its first holder."""
        self._bodies = bodies
        self.size = 0
        self._holders = 1
        self._lock = threading.Lock()

    def grow(self, size: int) -> bool:
        """Takes as many bytes as are wanted in all; never fewer than before.

        Args:
            size: bytes.

        Returns:
            Whether there was room for them.
        """
        if size > self.size:
            if not self._bodies.take(size - self.size):
                return False
            self.size = size
        return True

    def shrink(self, size: int) -> None:
        """Gives back what is over a size.

        Args:
            size: bytes.
        """
        if size < self.size:
            self._bodies.give_back(self.size - size)
            self.size = size

    def hold(self) -> None:
        """One more has the body in use."""
        with self._lock:
            self._holders += 1

    def let_go(self) -> None:
        """One of the holders has it no longer; called once for each."""
        with self._lock:
            self._holders -= 1
            if self._holders:
                return
        self.shrink(0)
