"""Decides which waiting item goes next, so that none starves another.

Items wait in flows: one a function, one a callback's host. A flow has its own room, and flows take
turns for the room that all share: a function with a thousand calls holds up its own alone.
"""

import asyncio
import contextlib
import heapq
from collections.abc import Callable, Coroutine
from typing import Any

from .clock import Clock
from .records import Waiting

_MOST_AT_ONCE = 64
_LOOK_AGAIN_SECONDS = 0.2


class _Flow:
    def __init__(self) -> None:
        self.heap: list[tuple[float, int, Waiting]] = []
        self.active = 0


class Dispatcher:
    """Starts deliveries when they are due and have room.

    Args:
        room: How many of a flow may run at once; 0 while its other side is not ready.
        deliver: Delivers one item; raises nothing.
        age_seconds: An item that is older is delivered even without room: it is to fail.
        clock: By which items are due and grow old.
    """

    def __init__(
        self,
        room: Callable[[str], int],
        deliver: Callable[[Waiting], Coroutine[Any, Any, None]],
        age_seconds: float,
        clock: Clock,
    ) -> None:
        self._room, self._deliver, self._age, self._clock = room, deliver, age_seconds, clock
        self._flows: dict[str, _Flow] = {}
        self._running: dict[asyncio.Task[None], int] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    @property
    def running(self) -> int:
        """Deliveries under way."""
        return len(self._running)

    @property
    def under_way(self) -> frozenset[int]:
        """Numbers of the items that are delivered now."""
        return frozenset(self._running.values())

    @property
    def waiting(self) -> int:
        """Items that wait for their turn."""
        return sum(len(flow.heap) for flow in self._flows.values())

    @property
    def oldest(self) -> float | None:
        """When the oldest waiting item came, by the clock."""
        entries = (entry for flow in self._flows.values() for entry in flow.heap)
        return min((waiting.since for _, _, waiting in entries), default=None)

    def add(self, waiting: Waiting) -> None:
        """Take an item."""
        flow = self._flows.setdefault(waiting.flow, _Flow())
        heapq.heappush(flow.heap, (waiting.due, waiting.seq, waiting))
        self._wake.set()

    def start(self) -> None:
        """Begin to deliver."""
        self._loop = asyncio.create_task(self._run(), name="queue dispatcher")

    async def stop(self, seconds: float) -> None:
        """Start nothing more, give what runs so many seconds, then break it off."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            pause = self._start_what_is_due()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    def _start_what_is_due(self) -> float | None:
        """Start all that has room, a turn a flow; gives seconds until it is worth to look again."""
        now, started = self._clock.now(), True
        while started and len(self._running) < _MOST_AT_ONCE:
            started = False
            for name in tuple(self._flows):
                if len(self._running) < _MOST_AT_ONCE and self._may_start(name, now):
                    self._start_first(name)
                    started = True
        if len(self._running) >= _MOST_AT_ONCE:
            return None  # one that ends wakes us
        pauses = (self._pause(name, flow, now) for name, flow in self._flows.items())
        return min((each for each in pauses if each is not None), default=None)

    def _may_start(self, name: str, now: float) -> bool:
        flow = self._flows[name]
        if not flow.heap or flow.heap[0][0] > now:
            return False
        return flow.active < self._room(name) or now > flow.heap[0][2].since + self._age

    def _pause(self, name: str, flow: _Flow, now: float) -> float | None:
        if not flow.heap:
            return None
        due = flow.heap[0][0]
        if due > now:
            return due - now
        return _LOOK_AGAIN_SECONDS if self._room(name) == 0 else None

    def _start_first(self, name: str) -> None:
        flow = self._flows[name] = self._flows.pop(name)  # the last in the next round
        _, _, waiting = heapq.heappop(flow.heap)
        flow.active += 1
        task = asyncio.create_task(self._deliver(waiting), name=f"queued {waiting.seq}")
        self._running[task] = waiting.seq

        def ended(done: asyncio.Task[None]) -> None:
            del self._running[done]
            flow.active -= 1
            if not flow.heap and not flow.active:
                self._flows.pop(name, None)
            self._wake.set()

        task.add_done_callback(ended)
