"""What a replica's processes take: resident memory and processor time, from /proc."""

import contextlib
import os
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path

from ..placement import Usage
from .supervisor import descendants

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_SHORTEST_SECONDS = 0.2


def family(pid: int) -> Iterator[int]:
    """The process and everything that descends from it and still lives."""
    yield pid
    yield from descendants(pid)


def resident_bytes(pid: int) -> int:
    """Resident memory of all it started, as `ps` shows it; pages two of them share count twice.

    Args:
        pid: A supervisor, whose own memory is the gateway's affair, not the function's.
    """
    pages = 0
    for each in descendants(pid):
        with contextlib.suppress(OSError):
            pages += int(Path(f"/proc/{each}/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE


def cpu_seconds(pid: int) -> float:
    """Processor time of it and all it started so far, children that ended included."""
    ticks = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            # A name in parentheses, which may hold blanks, stands before the numbers.
            fields = Path(f"/proc/{each}/stat").read_bytes().rpartition(b")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime stime cutime cstime
    return ticks / _TICKS


def usages(pids: Mapping[str, Sequence[int]]) -> dict[str, dict[Hashable, tuple[float, int]]]:
    """Processor time and memory of all supervisors' processes, by function and process id.

    It takes about a millisecond each: to be read in another thread.
    """
    return {
        name: {pid: (cpu_seconds(pid), resident_bytes(pid)) for pid in each}
        for name, each in pids.items()
    }


class Meter:
    """Turns the growing processor time of one supervisor's processes into a rate.

    Attributes:
        pid: The supervisor's.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._then, self._spent, self._rate = time.monotonic(), cpu_seconds(pid), 0.0

    def usage(self) -> Usage:
        """What it uses now; the rate is that since the last call, if that is not just now."""
        passed = time.monotonic() - self._then
        if passed >= _SHORTEST_SECONDS:
            spent = cpu_seconds(self.pid)
            self._rate = max(0.0, spent - self._spent) / passed
            self._then, self._spent = self._then + passed, spent
        return Usage(1000 * self._rate, resident_bytes(self.pid))
