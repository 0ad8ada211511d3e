"""What all replicas use, read from /proc in another thread and kept for a few seconds.

Reading it takes about a millisecond a replica: for hundreds of them that is nothing for the loop.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from ..measuring import Consumption
from .process_usage import cpu_seconds, resident_bytes

_FRESH_SECONDS = 5.0
Pids = Mapping[str, Sequence[int]]


class Consumptions:
    """Fills `Measuring`. The time of a process that ends between two readings is not all seen."""

    def __init__(self, pids: Callable[[], Pids]) -> None:
        """Nothing is read yet; `pids` gives the supervisors' process ids by function."""
        self._pids = pids
        self._kept: Mapping[str, Consumption] = {}
        self._read_at = -_FRESH_SECONDS
        self._spent: dict[str, float] = {}
        self._seen: dict[tuple[str, int], float] = {}
        self._turn = asyncio.Lock()

    async def consumption(self) -> Mapping[str, Consumption]:
        """By function, at most a few seconds old; those who ask at once wait for one reading."""
        async with self._turn:
            if time.monotonic() - self._read_at >= _FRESH_SECONDS:
                found = await asyncio.to_thread(_read, self._pids())
                self._kept = {name: self._add(name, each) for name, each in found.items()}
                self._forget(found)
                self._read_at = time.monotonic()
            return self._kept

    def _add(self, name: str, found: Mapping[int, tuple[float, int]]) -> Consumption:
        spent = self._spent.get(name, 0.0)
        for pid, (seconds, _memory) in found.items():
            spent += max(0.0, seconds - self._seen.get((name, pid), 0.0))
        self._spent[name] = spent
        return Consumption(spent, sum(memory for _seconds, memory in found.values()))

    def _forget(self, found: Mapping[str, Mapping[int, tuple[float, int]]]) -> None:
        """Only those that are there now are compared with next time."""
        self._spent = {name: self._spent[name] for name in found}
        self._seen = {
            (name, pid): seconds
            for name, each in found.items()
            for pid, (seconds, _memory) in each.items()
        }


def _read(pids: Pids) -> dict[str, dict[int, tuple[float, int]]]:
    return {
        name: {pid: (cpu_seconds(pid), resident_bytes(pid)) for pid in each}
        for name, each in pids.items()
    }
