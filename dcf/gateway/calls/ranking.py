"""All replicas of a function, ranked for its next call."""

from collections.abc import Sequence

from ...providers.routing import Target
from .loads import Loads
from .rank import Rank


class Ranking:
    """Of one function.

    Attributes:
        targets: Those that are ranked.
        weights: Of their revisions.
        ranks: Of their revisions.
    """

    def __init__(self, loads: Loads) -> None:
        """Nobody is ranked.

        Args:
            loads: Counts calls.
        """
        self._loads = loads
        self.targets: tuple[Target, ...] = ()
        self.weights: dict[int, float] = {}
        self.ranks: dict[int, Rank] = {}

    def set(self, targets: Sequence[Target]) -> None:
        """Rank these from now on; the same tuple again costs nothing, equal ones little."""
        if targets is self.targets:
            return
        before, self.targets = self.targets, tuple(targets)
        if before == self.targets:
            return
        self.weights = {each.revision: each.weight for each in self.targets}
        for number in self.weights.keys() - self.ranks.keys():
            self.ranks[number] = Rank(self._loads)
        for number in tuple(self.ranks):
            own = {each.address: each for each in self.targets if each.revision == number}
            self.ranks[number].set(own)
            if not own:
                del self.ranks[number]
