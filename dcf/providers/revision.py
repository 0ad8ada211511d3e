"""The replicas of one revision of a function: started together, counted, drained together."""

import asyncio
import itertools
from collections.abc import Callable, Sequence

from dcf.providers.base import Endpoint, FunctionSpec
from dcf.providers.replica import Launch, Replica


class Revision:
    """As many replicas as wanted, all of the same code and settings."""

    def __init__(self, spec: FunctionSpec, launch: Launch, log: Callable[[str, str], None]) -> None:
        self.spec = spec
        self._launch, self._log = launch, log
        self._replicas: list[Replica] = []
        self._numbers = itertools.count(1)
        self._tag = spec.image.rpartition(":")[2][:8]
        self._leaving: set[asyncio.Task[None]] = set()

    def scale(self, wanted: int) -> None:
        """Start what is missing; drain, in the background, what is too much."""
        while len(self._replicas) < wanted:
            instance = f"{self.spec.name}-{self._tag}-{next(self._numbers)}"
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
        while not self.endpoints() and self._replicas:
            await asyncio.sleep(0.1)

    def endpoints(self) -> Sequence[Endpoint]:
        """The ready ones."""
        return [replica.endpoint for replica in self._replicas if replica.endpoint is not None]

    async def stop(self) -> None:
        """Drain all of them."""
        replicas, self._replicas = self._replicas, []
        await asyncio.gather(*(replica.stop() for replica in replicas), *self._leaving)
