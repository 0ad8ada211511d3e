"""Keeps a log small whatever callers do: a few lines of a kind a minute, then one with a count."""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

SECONDS = 60.0
EACH, ALL = 3, 30


@dataclass(frozen=True)
class Sum:
    """Lines that were left out.

    Attributes:
        group: Of which kind.
        more: How many.
    """

    group: Hashable
    more: int


@dataclass
class _Window:
    """A minute of one kind."""

    ends: float
    passed: Counter[Hashable] = field(default_factory=Counter)
    more: int = 0


class Flood:
    """Decides line by line. Whoever counts in kinds must have few of them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Nothing has come yet; `clock` gives seconds."""
        self._clock = clock
        self._windows: dict[Hashable, _Window] = {}
        self._ends: list[tuple[float, int, Hashable]] = []
        self._made = 0

    @property
    def due(self) -> float | None:
        """Seconds until `sums` may have something to say; None while nothing is counted."""
        return max(0.0, self._ends[0][0] - self._clock()) if self._ends else None

    def passes(self, group: Hashable, key: Hashable, each: int = EACH, most: int = ALL) -> bool:
        """Whether a line may be written; else it is counted.

        Args:
            group: Its kind, which is summed.
            key: Of one cause within the kind; one cause must not hide the others.
            each: Lines of one key in a minute.
            most: Lines of the kind in a minute.
        """
        window = self._windows.get(group)
        if window is None:
            window = self._begin(group)
        if window.passed.total() < most and window.passed[key] < each:
            window.passed[key] += 1
            return True
        window.more += 1
        return False

    def sums(self) -> list[Sum]:
        """What was left out in minutes that are over; a kind that goes on begins its next one."""
        return self._sums_until(self._clock())

    def last_sums(self) -> list[Sum]:
        """What was left out so far: nothing comes any more."""
        return self._sums_until(math.inf)

    def _sums_until(self, end: float) -> list[Sum]:
        found = []
        while self._ends and self._ends[0][0] <= end:
            group = heapq.heappop(self._ends)[2]
            if more := self._windows.pop(group).more:
                found.append(Sum(group, more))
        return found

    def _begin(self, group: Hashable) -> _Window:
        window = self._windows[group] = _Window(self._clock() + SECONDS)
        self._made += 1  # groups themselves need not be comparable
        heapq.heappush(self._ends, (window.ends, self._made, group))
        return window
