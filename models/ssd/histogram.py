"""How often values fell between fixed edges. Histograms of the same edges can be added up."""

from bisect import bisect_left
from collections.abc import Iterable

import msgspec


class Histogram(msgspec.Struct):
    """Counts of values by size.

    Attributes:
        edges: Upper ends of the bins, ascending, each inside its own bin; one more bin has no end.
        counts: How many values fell in each bin, ``len(edges) + 1`` of them.
        total: Sum of the values.
    """

    edges: tuple[float, ...]
    counts: list[int] = msgspec.field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.edges) + 1)

    def add(self, values: Iterable[float]) -> None:
        """Counts values. A few plain numbers: arrays would cost more than they save."""
        for value in values:
            self.counts[bisect_left(self.edges, value)] += 1
            self.total += value

    def combined(self, other: "Histogram", sign: int = 1) -> "Histogram":
        """Both together; with a ``sign`` of -1 this without the other.

        Args:
            other: One of the same edges.
            sign: 1 or -1.
        """
        counts = [a + sign * b for a, b in zip(self.counts, other.counts, strict=True)]
        return Histogram(self.edges, counts, self.total + sign * other.total)

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)
