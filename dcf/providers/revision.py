"""The replicas of one revision of a function: started together, counted, drained together."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

from dcf.providers.base import Endpoint, RevisionInfo, Usage
from dcf.providers.replica import Launch, Replica


class Revision:
    """As many replicas as wanted, all of the same code and settings.

    Attributes:
        info: Its entry in the history as it was when it began.
    """

    def __init__(self, info: RevisionInfo, launch: Launch, log: Callable[[str, str], None]) -> None:
        self.info = info
        self._launch, self._log = launch, log
        self._replicas: list[Replica] = []
        self._numbers = itertools.count(1)
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def wanted(self) -> int:
        """How many replicas it was scaled to."""
        return len(self._replicas)

    def scale(self, wanted: int) -> None:
        """Start what is missing; drain, in the background, what is too much."""
        while len(self._replicas) < wanted:
            instance = f"{self.info.spec.name}-{self.info.number}-{next(self._numbers)}"
            self._replicas.append(Replica(instance, self._launch, self._log))
        while len(self._replicas) > wanted:
            leaving = asyncio.create_task(self._replicas.pop().stop())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def settled(self) -> None:
        """Wait until every replica is ready; raises `RolloutFailed` as soon as one cannot be."""
        firsts = [replica.first for replica in self._replicas]
        if firsts:
            done, _ = await asyncio.wait(firsts, return_when=asyncio.FIRST_EXCEPTION)
            for first in done:
                if not first.cancelled():  # cancelled: scaled away meanwhile
                    first.result()

    async def first_ready(self) -> None:
        """Wait, however long, until a replica is ready."""
        while not self.endpoints():
            await asyncio.sleep(0.1)

    def endpoints(self) -> Sequence[Endpoint]:
        """The ready ones."""
        return [replica.endpoint for replica in self._replicas if replica.endpoint is not None]

    def usage(self) -> Usage:
        """What its replicas use together."""
        used = [replica.usage() for replica in self._replicas]
        return Usage(
            sum(each.cpu_millicores for each in used), sum(each.memory_bytes for each in used)
        )

    async def stop(self) -> None:
        """Drain all of them, then give back what they were launched with."""
        replicas, self._replicas = self._replicas, []
        await asyncio.gather(*(replica.stop() for replica in replicas), *self._leaving)
        self._launch.discard()
