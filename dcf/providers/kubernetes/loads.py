"""What functions carry, as their watchers count it: calls of all gateways, and of other pods."""

import math
from collections.abc import Collection, Mapping, Sequence

from ...errors import NotFound
from ..routing import Target
from ..together import Load
from .leader import Leader
from .pages import Pages
from .routing import Routes

_IN_FLIGHT = "function_calls_in_flight"
_CALLS = ("http_requests_total", "grpc_server_handled_total")
_NAMES = (_IN_FLIGHT, *_CALLS)
_MOST_ASKED = 10  # replicas of a function; the others are taken to be like these
_LOOKS_KEPT = 30  # for which replicas that do not answer are taken to be as busy as before


class Loads:
    """Fills `Together`."""

    def __init__(self, leader: Leader, routes: Routes, pages: Pages) -> None:
        """Has asked nobody yet.

        Args:
            leader: Knows whether this gateway leads.
            routes: Where replicas and their pages are.
            pages: Asks those.
        """
        self._leader, self._routes, self._pages = leader, routes, pages
        self._counted: dict[str, dict[str, float]] = {}  # by function, then by page
        self._calls: dict[str, float] = {}
        self._last: dict[str, tuple[Load, int]] = {}  # with how often it stood in since

    @property
    def leads(self) -> bool:
        """Whether this gateway leads."""
        return self._leader.leads

    async def loads(self, functions: Collection[str]) -> Mapping[str, Load]:
        """The loads of functions."""
        replicas = {name: self._replicas(name) for name in functions}
        asked = {name: _some(each) for name, each in replicas.items()}
        found = await self._pages.numbers(
            (page for each in asked.values() for page in each), _NAMES
        )
        for kept in (self._counted, self._calls, self._last):
            for gone in kept.keys() - set(functions):
                del kept[gone]
        loads = {}
        for name, pages in asked.items():
            numbers = {each: found[each] for each in pages if _IN_FLIGHT in found.get(each, {})}
            if numbers:
                loads[name] = self._load(name, numbers, len(replicas[name]))
                self._last[name] = loads[name], 0
            elif pages and name in self._last:
                last, looks = self._last.pop(name)
                if looks < _LOOKS_KEPT:  # too busy to answer is no sign of having nothing to do
                    loads[name] = last
                    self._last[name] = last, looks + 1
        return loads

    def _replicas(self, name: str) -> Sequence[Target]:
        try:
            return [each for each in self._routes.targets(name) if each.metrics]
        except NotFound:
            return ()

    def _load(self, name: str, numbers: Mapping[str, Mapping[str, float]], count: int) -> Load:
        """What the replicas that answered have, times what they are of all."""
        share = count / len(numbers)
        in_flight = sum(each[_IN_FLIGHT] for each in numbers.values())
        counted = {
            page: sum(each.get(series, 0.0) for series in _CALLS) for page, each in numbers.items()
        }
        before = self._counted.get(name, {})
        # One that is seen for the first time may have answered for days.
        new = sum(max(0.0, now - before.get(page, now)) for page, now in counted.items())
        self._counted[name] = counted
        self._calls[name] = self._calls.get(name, 0.0) + new * share
        return Load(math.ceil(in_flight * share), round(self._calls[name]))


def _some(targets: Sequence[Target]) -> list[str]:
    """Pages of at most so many, the same ones each time: their counts are compared."""
    return sorted(each.metrics for each in targets)[:_MOST_ASKED]
