"""Which replica a call goes to, and how many calls each has: the gateway alone counts them.

First a revision, by the weights of the targets, then the least loaded replica of that revision.
While a function's targets stay the same, this costs a call the same however many they are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ...providers.routing import Target
from .loads import Loads
from .ranking import Ranking


class Balancer:
    """Counts calls under way by address, and shares calls out by weight.

    Revisions take turns by smooth weighted round robin: each turn gives every revision its weight
    as credit, and the one with the most credit pays the sum. Over as many calls as the weights sum
    up to, every revision gets exactly its share, spread evenly.
    """

    def __init__(self) -> None:
        self._loads = Loads()
        self._credit: dict[str, dict[int, float]] = {}
        self._rankings: dict[str, Ranking] = {}

    @property
    def total(self) -> int:
        """Calls under way."""
        return self._loads.total

    def inflight(self, address: str) -> int:
        """Calls under way to one replica."""
        return self._loads.of(address)

    def choose(
        self, name: str, targets: Sequence[Target], avoid: Callable[[Target], bool] | None = None
    ) -> Target | None:
        """The replica for the next call.

        Args:
            name: The function.
            targets: Its ready replicas; best the same tuple as long as they are the same.
            avoid: Tells those that are taken only if there is no other.

        Returns:
            One of the targets; None if there is none.
        """
        if avoid is not None and (others := [each for each in targets if not avoid(each)]):
            return self._among(name, others)
        ranking = self._rankings.get(name)
        if ranking is None:
            ranking = self._rankings[name] = Ranking(self._loads)
        ranking.set(targets)
        if not targets:
            return None
        return ranking.ranks[self._turn(name, ranking.weights)].first()

    def _among(self, name: str, targets: Sequence[Target]) -> Target:
        """One of those that are left; for a call that was refused, so it may look at each."""
        revision = self._turn(name, {each.revision: each.weight for each in targets})
        return min(
            (each for each in targets if each.revision == revision),
            key=lambda each: self._loads.of(each.address),
        )

    def _turn(self, name: str, weights: Mapping[int, float]) -> int:
        if len(weights) == 1:
            self._credit.pop(name, None)
            return next(iter(weights))
        if not any(weights.values()):
            weights = dict.fromkeys(weights, 1.0)
        before = self._credit.get(name, {})
        credit = {key: before.get(key, 0.0) + weight for key, weight in weights.items() if weight}
        chosen = max(credit, key=lambda key: credit[key])
        credit[chosen] -= sum(weights.values())
        self._credit[name] = credit
        return chosen

    @contextmanager
    def call(self, target: Target) -> Iterator[None]:
        """Around a call to a replica."""
        self._loads.add(target.address, 1)
        try:
            yield
        finally:
            self._loads.add(target.address, -1)

    def forget(self, name: str) -> None:
        """The function was deleted."""
        self._credit.pop(name, None)
        if ranking := self._rankings.pop(name, None):
            ranking.set(())
