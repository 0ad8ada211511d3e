"""How busy other programs kept the processors during a run: what makes its figures rough."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
QUIET = 0.05
"""Share of the processors that others may use before a reader is warned."""


@dataclass(frozen=True)
class Neighbours:
    """A moment; ``share`` is what others have used since.

    Attributes:
        clock: Seconds of the monotonic clock.
        busy: Processor seconds everything on this machine had used.
        own: Processor seconds this process and its ended children had used.
    """

    clock: float
    busy: float
    own: float

    @classmethod
    def now(cls) -> Self:
        """This moment."""
        return cls(time.monotonic(), _busy(Path("/proc/stat").read_text(encoding="ascii")), _own())

    def share(self, later: "Neighbours") -> float:
        """Share of all processors that others used between this moment and a later one, 0..1."""
        capacity = (later.clock - self.clock) * (os.cpu_count() or 1)
        others = (later.busy - self.busy) - (later.own - self.own)
        return min(1.0, max(0.0, others / capacity)) if capacity > 0 else 0.0


def warning(share: float) -> str:
    """A line for the reader of the table; empty when the machine was quiet."""
    if share <= QUIET:
        return ""
    return f"Other programs used {share:.0%} of the processors meanwhile: the figures are rough."


def _busy(stat: str) -> float:
    """All but idle and waiting for disks (proc_stat(5)); guests are in user time already."""
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, stat.split()[1:9])
    return (user + nice + system + irq + soft + steal) / _TICKS


def _own() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
