"""The replicas of one revision, ranked by calls under way."""

from collections.abc import Mapping

from ...providers.routing import Target
from .loads import Loads


class Rank:
    """In rows, one for each number of calls that some replica has.

    That number goes up and down by one, so the row of the least is always at hand, however many
    replicas there are. Those of a row take turns: gateways that stand before the same replicas
    would otherwise all send their calls to the first ones.
    """

    def __init__(self, loads: Loads) -> None:
        """Nobody is ranked.

        Args:
            loads: Counts calls.
        """
        self._loads = loads
        self._rows: dict[int, dict[str, Target]] = {}
        self._calls: dict[str, int] = {}
        self._least = 0

    def first(self) -> Target:
        """The one with the fewest calls; of several, the one that has waited longest."""
        return next(iter(self._rows[self._least].values()))

    def set(self, targets: Mapping[str, Target]) -> None:
        """Rank these, by address; those that were ranked before keep their places."""
        for gone in self._calls.keys() - targets.keys():
            self._take_out(gone)
        for address, target in targets.items():
            if address not in self._calls:
                self._calls[address] = self._loads.of(address)
                self._loads.follow(address, self)
            self._rows.setdefault(self._calls[address], {})[address] = target
        self._least = min(self._rows, default=0)

    def move(self, address: str, calls: int) -> None:
        """A replica has one call more or less."""
        before, self._calls[address] = self._calls[address], calls
        row = self._rows[before]
        self._rows.setdefault(calls, {})[address] = row.pop(address)
        if not row:
            del self._rows[before]
        if calls < self._least or self._least not in self._rows:
            self._least = calls  # the last of the least row went up by one: no row is between

    def _take_out(self, address: str) -> None:
        self._loads.unfollow(address, self)
        before = self._calls.pop(address)
        row = self._rows[before]
        del row[address]
        if not row:
            del self._rows[before]
