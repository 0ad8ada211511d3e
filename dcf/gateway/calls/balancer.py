"""Which replica a call goes to, and how many calls each has: the gateway alone counts them.

First a revision, by the weights of the targets, then the least loaded replica of that revision.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ...providers.routing import Target


class Balancer:
    """Counts calls under way by address, and shares calls out by weight.

    Revisions take turns by smooth weighted round robin: each turn gives every revision its weight
    as credit, and the one with the most credit pays the sum. Over as many calls as the weights sum
    up to, every revision gets exactly its share, spread evenly.
    """

    def __init__(self) -> None:
        self._inflight: Counter[str] = Counter()
        self._credit: dict[str, dict[int, float]] = {}

    @property
    def total(self) -> int:
        """Calls under way."""
        return self._inflight.total()

    def inflight(self, address: str) -> int:
        """Calls under way to one replica."""
        return self._inflight[address]

    def choose(
        self, name: str, targets: Sequence[Target], avoid: Callable[[Target], bool] | None = None
    ) -> Target | None:
        """The replica for the next call.

        Args:
            name: The function.
            targets: Its ready replicas.
            avoid: Tells those that are taken only if there is no other.

        Returns:
            One of the targets; None if there is none.
        """
        if avoid is not None:
            targets = [each for each in targets if not avoid(each)] or targets
        if not targets:
            return None
        revision = self._turn(name, targets)
        return min(
            (each for each in targets if each.revision == revision),
            key=lambda each: self._inflight[each.address],
        )

    def _turn(self, name: str, targets: Sequence[Target]) -> int:
        weights = {each.revision: each.weight for each in targets}
        if len(weights) == 1:
            self._credit.pop(name, None)
            return targets[0].revision
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
        self._inflight[target.address] += 1
        try:
            yield
        finally:
            self._inflight[target.address] -= 1
            if not self._inflight[target.address]:
                del self._inflight[target.address]

    def forget(self, name: str) -> None:
        """The function was deleted."""
        self._credit.pop(name, None)
