"""The queue: takes calls, delivers them, keeps what failed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from ...errors import CannotStart, NotFound
from ..calls.upstream import Upstream
from ..core import Gateway
from .bodies import Bodies
from .callbacks import Callbacks
from .capacity import Capacity, Place
from .clock import RunClock
from .counts import Counts
from .courier import Courier
from .delivery import Delivery
from .disk import StillRefusedError
from .dispatcher import Dispatcher
from .page import Page, State
from .records import CALL, Item, Waiting, waiting_for
from .settings import QueueSettings
from .settlement import LONGEST_PAUSE
from .store import Store
from .timekeeper import Timekeeper

_PER_HOST = 4
_DRAIN_SECONDS = 35.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Depth:
    """How much there is to do.

    Attributes:
        waiting: Items that wait for their turn.
        running: Deliveries under way.
        oldest_seconds: Age of the oldest that waits; 0 if none does.
    """

    waiting: int
    running: int
    oldest_seconds: float


class CallQueue:
    """Made inside a running event loop; `start` brings back what waited."""

    def __init__(self, settings: QueueSettings, gateway: Gateway, upstream: Upstream) -> None:
        self._limits, self._gateway = settings.limits, gateway
        try:
            settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._bodies = Bodies(settings.folder / "bodies", self._limits.body_bytes)
        except OSError as fault:
            raise CannotStart(
                f"the queue's folder {settings.folder} cannot be used ({fault.strerror}): "
                "set DCF_HOME"
            ) from fault
        self._clock = RunClock()
        self._store = Store(settings.folder / "queue.db", self._clock, settings.accept_lost_state)
        self._callbacks = Callbacks(settings.allowed_hosts)
        delivery = Delivery(upstream, self._bodies, self._callbacks)
        self._courier = Courier(self._store, self._bodies, delivery, self._limits, self._clock)
        # Apart, so that slow callback hosts never take the turns of functions.
        self._calls, self._answers = (
            Dispatcher(self._room, self._deliver, self._limits.age_seconds, self._clock)
            for _ in range(2)
        )
        self._capacity = Capacity(self._limits)
        self._places: dict[int, Place] = {}
        self._counts = Counts(gateway.invocation_counts, self._store)
        self._time = Timekeeper(self._clock, self._store, lambda: len(self._places))

    async def start(self) -> None:
        """Take up where the last gateway ended, however it ended."""
        files = await self._store.files()
        await asyncio.to_thread(self._bodies.keep_only, files, self._store.aside)
        await self._time.start(self._limits.age_seconds)
        await self._counts.start()
        for waiting in await self._store.waiting():
            self._admit(self._time.believed(waiting))
        self._calls.start()
        self._answers.start()

    async def drain(self) -> None:
        """Begin no more deliveries and finish those under way; calls are still taken.

        Outcomes that the disk refuses are tried for a few seconds more. What is not on disk then
        is delivered again after the next start.
        """
        self._courier.end()
        await asyncio.gather(*(each.stop(_DRAIN_SECONDS) for each in (self._calls, self._answers)))

    async def close(self) -> None:
        """Close the files; what waits, waits for the next start."""
        await self._counts.close()
        await self._time.close()
        await self._callbacks.close()
        await self._store.close()
        await self._bodies.close()

    async def check_callback(self, address: str) -> str:
        """A callback's address as it will be used; raises `InvalidRequest` for one refused."""
        return await self._callbacks.check(address)

    async def submit(self, call: Item, chunks: AsyncIterator[bytes], declared: int) -> None:
        """Take a call; it is on disk when this returns.

        Args:
            call: All but its body.
            chunks: The body in pieces.
            declared: Its size, or 0 when that is not known.

        Raises:
            QueueFull: No room.
            BodyTooLarge: More than one body may have.
        """
        place = self._capacity.enter(declared)
        try:
            body = await self._bodies.receive(chunks, place.grow)
        except BaseException:
            place.leave()
            raise
        # Once it may be on disk it must be delivered, whether or not its caller still waits.
        await asyncio.shield(asyncio.create_task(self._keep(replace(call, body=body), place)))

    async def _keep(self, item: Item, place: Place) -> None:
        try:
            seq = await self._store.add(item)
        except BaseException:
            place.leave()
            await self._bodies.remove(item.body.file)
            raise
        self._places[seq] = place
        self._add(waiting_for(item, seq, self._clock.now()))

    def _admit(self, waiting: Waiting) -> None:
        self._places[waiting.seq] = Place(self._capacity, waiting.size)
        self._add(waiting)

    def _add(self, waiting: Waiting) -> None:
        (self._calls if waiting.flow.startswith(CALL + " ") else self._answers).add(waiting)

    @property
    def depth(self) -> Depth:
        """How much waits and runs."""
        both = (self._calls, self._answers)
        oldest = min((each.oldest for each in both if each.oldest), default=None)
        age = 0.0 if oldest is None else max(self._clock.now() - oldest, 0.0)
        waiting, running = sum(each.waiting for each in both), sum(each.running for each in both)
        return Depth(waiting, running, round(age, 3))

    async def counts(self) -> dict[str, Any]:
        """How much waits, runs and failed, and the limits."""
        failed = await self._store.failed_count()
        depth = asdict(self.depth)
        oldest = depth.pop("oldest_seconds")
        return {**depth, "failed": failed, "oldest_seconds": oldest, "limits": asdict(self._limits)}

    async def failed(self) -> list[Item]:
        """The failed list, newest first, without bodies."""
        return await self._store.failed()

    async def listed(self, page: Page) -> list[tuple[Item, State]]:
        """One page of all that is here, newest first, without bodies."""
        running = self._calls.under_way | self._answers.under_way
        return [
            (item, "failed" if failed else "running" if item.seq in running else "waiting")
            for item, failed in await self._store.listed(page, running)
        ]

    async def replay(self, call_id: str) -> None:
        """Deliver a failed call again, as if it were new; raises `NotFound`."""
        for waiting in await self._store.replay(call_id):
            self._admit(waiting)

    async def drop(self, call_id: str) -> None:
        """Forget a failed call; raises `NotFound`."""
        await self._bodies.remove(*await self._store.drop(call_id))

    def _room(self, flow: str) -> int:
        kind, _, name = flow.partition(" ")
        if kind != CALL:
            return _PER_HOST
        try:
            if not (ready := len(self._gateway.targets(name))):
                self._gateway.wanted(name)
            return ready * self._limits.per_replica
        except NotFound:
            return _PER_HOST  # they are to fail, and say why

    async def _deliver(self, waiting: Waiting) -> None:
        try:
            following = await self._courier.deliver(waiting)
        except StillRefusedError:
            _log.warning(
                "call %d comes again at the next start: its outcome is not on disk", waiting.seq
            )
            return
        except Exception:  # pylint: disable=broad-exception-caught # a call is never lost by our fault
            _log.exception("queued call %d is kept and tried again", waiting.seq)
            following = self._clock.now() + LONGEST_PAUSE
        if isinstance(following, float):
            self._add(replace(waiting, due=following))
            return
        self._places.pop(waiting.seq).leave()
        if following is not None:
            self._admit(following)
