"""What processes use before, while and after; and the bounds that growth is held to."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.harness.accounting import MEGABYTE


@dataclass(frozen=True)
class Use:
    """What one process uses; of a function's replicas the most of each.

    Attributes:
        memory: Resident bytes.
        files: Open file descriptors.
        threads: Threads.
    """

    memory: int = 0
    files: int = 0
    threads: int = 0

    def most(self, other: "Use") -> "Use":
        """The greater of each."""
        return Use(
            max(self.memory, other.memory),
            max(self.files, other.files),
            max(self.threads, other.threads),
        )


@dataclass(frozen=True)
class Reading:
    """One look.

    Attributes:
        uses: By name: the gateway and every function.
        children: All processes below the gateway.
    """

    uses: Mapping[str, Use]
    children: int

    def most(self, other: "Reading") -> "Reading":
        """The greater of everything."""
        names = self.uses.keys() | other.uses.keys()
        return Reading(
            {name: self.uses.get(name, Use()).most(other.uses.get(name, Use())) for name in names},
            max(self.children, other.children),
        )


@dataclass(frozen=True)
class Growth:
    """One line of what is compared.

    Attributes:
        what: Whose memory, files or threads.
        unit: Empty for a count.
        start: At the start.
        end: At the end.
        most: In between.
        bound: How much more there may be at the end.
    """

    what: str
    unit: str
    start: float
    end: float
    most: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether it grew by no more than it may."""
        return self.end - self.start <= self.bound


# How much may be added in all the time: (memory in MB, file descriptors, threads). Threads of pools
# are started as they are needed, and an allocator keeps what broken pictures once took.
GROWTH = {"gateway": (40.0, 16, 8), "ssd": (80.0, 16, 16), "echo": (20.0, 16, 16)}


def growths(start: Reading, end: Reading, most: Reading) -> list[Growth]:
    """All that is compared.

    Args:
        start: After the warm-up, all calls ended.
        end: Likewise, after everything.
        most: Of all looks in between.
    """
    found = []
    for name, (memory, files, threads) in GROWTH.items():
        first, last, peak = (each.uses.get(name, Use()) for each in (start, end, most))
        found += [
            Growth(f"{name}: memory", "MB", first.memory / MEGABYTE, last.memory / MEGABYTE,
                   peak.memory / MEGABYTE, memory),
            Growth(f"{name}: file descriptors", "", first.files, last.files, peak.files, files),
            Growth(f"{name}: threads", "", first.threads, last.threads, peak.threads, threads),
        ]  # fmt: skip
    found.append(Growth("child processes", "", start.children, end.children, most.children, 0))
    return found
