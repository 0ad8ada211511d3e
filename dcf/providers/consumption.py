"""What all replicas use, read from them and kept for a few seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping

from .measuring import Consumption

_FRESH_SECONDS = 5.0
Found = Mapping[str, Mapping[Hashable, tuple[float, int]]]


class Consumptions:
    """Fills `Measuring`. The time of a process that ends between two readings is not all seen."""

    def __init__(self, read: Callable[[], Awaitable[Found]]) -> None:
        """Nothing is read yet.

        Args:
            read: Gives seconds of processor time and bytes of memory, by function and replica.
        """
        self._read = read
        self._kept: Mapping[str, Consumption] = {}
        self._read_at = -_FRESH_SECONDS
        self._spent: dict[str, float] = {}
        self._seen: dict[tuple[str, Hashable], float] = {}
        self._turn = asyncio.Lock()

    async def consumption(self) -> Mapping[str, Consumption]:
        """By function, at most a few seconds old; those who ask at once wait for one reading."""
        async with self._turn:
            if time.monotonic() - self._read_at >= _FRESH_SECONDS:
                found = await self._read()
                self._kept = {name: self._add(name, each) for name, each in found.items()}
                self._forget(found)
                self._read_at = time.monotonic()
            return self._kept

    def _add(self, name: str, found: Mapping[Hashable, tuple[float, int]]) -> Consumption:
        spent = self._spent.get(name, 0.0)
        for replica, (seconds, _memory) in found.items():
            spent += max(0.0, seconds - self._seen.get((name, replica), 0.0))
        self._spent[name] = spent
        return Consumption(spent, sum(memory for _seconds, memory in found.values()))

    def _forget(self, found: Found) -> None:
        """Only those that are there now are compared with next time."""
        self._spent = {name: self._spent[name] for name in found}
        self._seen = {
            (name, replica): seconds
            for name, each in found.items()
            for replica, (seconds, _memory) in each.items()
        }
