"""What became of every call, and which of them were inside a process that was killed."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

ANSWERED, BUSY, REFUSED, LEFT, KILLED, LOST = (
    "answered", "429", "refused", "left", "killed", "lost",
)  # fmt: skip
OUTCOMES = (ANSWERED, BUSY, REFUSED, LEFT, KILLED, LOST)
_SHOWN = 20
# A request that was sent while its process was being taken away went to that process, too.
_MOMENT = 0.25


class Lost(Exception):
    """A call that got neither its answer nor a refusal that is allowed; says what came instead."""


class BrokeOff(Lost):
    """The same, by what the end of a process looks like: no answer, half of one, or a 502."""


@dataclass(frozen=True)
class Kill:
    """When a process of a function was killed, on the monotonic clock."""

    function: str
    began: float
    ended: float


class Ledger:
    """Counts by kind and outcome.

    Attributes:
        counts: Calls by kind and outcome.
        kills: Of replicas.
        reported: The first losses in words.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.kills: list[Kill] = []
        self.reported: list[str] = []

    def note(self, kind: str, outcome: str) -> None:
        """Counts a call."""
        self.counts[kind, outcome] += 1

    def failed(self, kind: str, function: str, began: float, fault: Lost) -> None:
        """Counts a call that was lost, or that ended with the process it was in."""
        if isinstance(fault, BrokeOff) and self._killed(function, began, time.monotonic()):
            self.note(kind, KILLED)
            return
        self.note(kind, LOST)
        if len(self.reported) < _SHOWN:
            self.reported.append(f"{kind}: {fault}")

    @contextmanager
    def killing(self, function: str) -> Iterator[None]:
        """Calls that are under way inside this block may end with the process."""
        began = time.monotonic()
        yield
        self.kills.append(Kill(function, began, time.monotonic()))

    def _killed(self, function: str, began: float, ended: float) -> bool:
        return any(
            each.function == function and began <= each.ended + _MOMENT and ended >= each.began
            for each in self.kills
        )

    def of(self, outcome: str) -> int:
        """All calls of an outcome."""
        return sum(count for (_, each), count in self.counts.items() if each == outcome)

    def kinds(self) -> list[str]:
        """Every kind that was called, in order."""
        return sorted({kind for kind, _ in self.counts})

    @property
    def total(self) -> int:
        """All calls."""
        return sum(self.counts.values())
