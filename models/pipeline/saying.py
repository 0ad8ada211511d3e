"""What a step says: its end for the record, its lines for whoever watches."""

from collections.abc import Callable

from .masking import masked

_MOST_LINES, _MOST_BYTES = 40, 16_000
_LONGEST = 2000


class Tail:
    """The last lines of something long."""

    def __init__(self) -> None:
        self._kept = b""

    def add(self, piece: bytes) -> None:
        """Takes more of it."""
        self._kept = (self._kept + piece)[-_MOST_BYTES:]

    def text(self) -> str:
        """Its last lines."""
        lines = self._kept.decode("utf-8", "replace").splitlines()
        return masked("\n".join(lines[-_MOST_LINES:]))


class Lines:
    """What a step says, as lines that name it.

    Args:
        name: The step.
        say: Tells a person a line.
    """

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self._name, self._say, self._rest = name, say, b""

    def add(self, piece: bytes) -> None:
        """Takes more of it; a line that never ends is told in parts."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        for line in whole:
            self._tell(line)
        if len(self._rest) > _LONGEST:
            self.end()

    def end(self) -> None:
        """Tells what has no end of line."""
        if self._rest:
            self._tell(self._rest)
            self._rest = b""

    def _tell(self, line: bytes) -> None:
        text = masked(line.decode("utf-8", "replace").rstrip())
        self._say(f"{self._name} | {text}")
