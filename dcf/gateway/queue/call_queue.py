"""The queue: takes calls, delivers them, keeps what failed."""

import asyncio
import logging
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any

from dcf.errors import CannotStart, NotFound
from dcf.gateway.core import Gateway
from dcf.gateway.queue.bodies import Bodies
from dcf.gateway.queue.callbacks import Callbacks
from dcf.gateway.queue.capacity import Capacity, Place
from dcf.gateway.queue.delivery import Delivery, notice_of
from dcf.gateway.queue.dispatcher import Dispatcher
from dcf.gateway.queue.records import CALL, NOTICE, Again, Done, Failed, Item, Waiting
from dcf.gateway.queue.settings import QueueSettings
from dcf.gateway.queue.store import Store
from dcf.gateway.upstream import Upstream

_LONGEST_PAUSE = 300.0
_PER_HOST = 4
_DRAIN_SECONDS = 35.0
_COUNTS_SECONDS = 2.0
_log = logging.getLogger(__name__)


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
        self._store = Store(settings.folder / "queue.db")
        self._callbacks = Callbacks(settings.allowed_hosts)
        self._delivery = Delivery(upstream, self._bodies, self._callbacks)
        # Apart, so that slow callback hosts never take the turns of functions.
        self._calls, self._answers = (
            Dispatcher(self._room, self._deliver, self._limits.age_seconds) for _ in range(2)
        )
        self._capacity = Capacity(self._limits)
        self._places: dict[int, Place] = {}
        self._counting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up where the last gateway ended, however it ended."""
        await asyncio.to_thread(self._bodies.keep_only, await self._store.files())
        self._gateway.tally.restore(await self._store.counts())
        for waiting in await self._store.waiting():
            self._admit(waiting)
        self._calls.start()
        self._answers.start()
        self._counting = asyncio.create_task(self._keep_counts(), name="queue counts")

    async def drain(self) -> None:
        """Begin no more deliveries and finish those under way; calls are still taken."""
        await asyncio.gather(*(each.stop(_DRAIN_SECONDS) for each in (self._calls, self._answers)))

    async def close(self) -> None:
        """Close the files; what waits, waits for the next start."""
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.gather(self._counting, return_exceptions=True)
            await self._flush_counts()
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
        self._add(_waiting(seq, item))

    def _admit(self, waiting: Waiting) -> None:
        self._places[waiting.seq] = Place(self._capacity, waiting.size)
        self._add(waiting)

    def _add(self, waiting: Waiting) -> None:
        (self._calls if waiting.lane.startswith(CALL + " ") else self._answers).add(waiting)

    async def counts(self) -> dict[str, Any]:
        """How much waits, runs and failed, and the limits."""
        both = (self._calls, self._answers)
        oldest = min((each.oldest for each in both if each.oldest), default=None)
        return {
            "waiting": sum(each.waiting for each in both),
            "running": sum(each.running for each in both),
            "failed": await self._store.failed_count(),
            "oldest_seconds": 0.0 if oldest is None else round(max(time.time() - oldest, 0.0), 3),
            "limits": asdict(self._limits),
        }

    async def failed(self) -> list[Item]:
        """The failed list, newest first, without bodies."""
        return await self._store.failed()

    async def replay(self, call_id: str) -> None:
        """Deliver a failed call again, as if it were new; raises `NotFound`."""
        for waiting in await self._store.replay(call_id):
            self._admit(waiting)

    async def drop(self, call_id: str) -> None:
        """Forget a failed call; raises `NotFound`."""
        await self._bodies.remove(*await self._store.drop(call_id))

    def _room(self, lane: str) -> int:
        kind, _, name = lane.partition(" ")
        if kind != CALL:
            return _PER_HOST
        try:
            return len(self._gateway.targets(name)) * self._limits.per_replica
        except NotFound:
            return _PER_HOST  # they are to fail, and say why

    async def _deliver(self, waiting: Waiting) -> None:
        try:
            item = await self._store.load(waiting.seq)
            await self._settle(item, await self._attempt(item))
        except Exception:  # pylint: disable=broad-exception-caught # a call is never lost by our fault
            _log.exception("queued call %d is kept and tried again", waiting.seq)
            self._add(replace(waiting, due=time.time() + self._limits.retry_seconds))

    async def _attempt(self, item: Item) -> Done | Again | Failed:
        if time.time() > item.queued_at + self._limits.age_seconds:
            reason = f"it waited longer than {self._limits.age_seconds:g} s"
            return Failed(item.status, f"{reason}; the last attempt: {item.reason or 'none'}")
        try:
            return await self._delivery.attempt(item)
        except Exception:  # pylint: disable=broad-exception-caught # a call is never lost by our fault
            _log.exception("delivery of call %s failed", item.call_id)
            return Again(500, "the gateway failed; its log has the reason")

    async def _settle(self, item: Item, outcome: Done | Again | Failed) -> None:
        if isinstance(outcome, Again):
            item = replace(item, attempts=item.attempts + 1)
            if item.attempts < self._limits.attempts:
                await self._postpone(item, outcome)
                return
            outcome = Failed(outcome.status, outcome.reason)
        if isinstance(outcome, Done):
            seq, following = await self._store.finish(item.seq, outcome.answer), outcome.answer
            gone = [item.body.file]
        elif item.kind == NOTICE:
            seq, following = await self._store.finish(item.seq, None), None
            gone = []
            _log.warning(
                "the failure of call %s could not be told: %s", item.call_id, outcome.reason
            )
        else:
            following = notice_of(item, outcome.status)
            seq = await self._store.fail(item, outcome, following)
            gone = await self._store.trim_failed(self._limits.failed, self._limits.total_bytes)
        self._places.pop(item.seq).leave()
        if following is not None:
            self._admit(_waiting(seq, following))
        await self._bodies.remove(*gone)

    async def _postpone(self, item: Item, again: Again) -> None:
        pause = min(_LONGEST_PAUSE, self._limits.retry_seconds * 2.0 ** (item.attempts - 1))
        pause = max(again.after, pause * random.uniform(0.5, 1.0))  # noqa: S311 # spreads, hides nothing
        due = time.time() + pause
        await self._store.postpone(item.seq, due, again)
        self._add(replace(_waiting(item.seq, item), due=due))

    async def _keep_counts(self) -> None:
        while True:
            await asyncio.sleep(_COUNTS_SECONDS)
            try:
                await self._flush_counts()
            except sqlite3.Error:
                _log.exception("counts of calls could not be kept")

    async def _flush_counts(self) -> None:
        if changes := self._gateway.tally.changes():
            try:
                await self._store.keep_counts(changes)
            except sqlite3.Error:
                self._gateway.tally.tell_again(changes)
                raise


def _waiting(seq: int, item: Item) -> Waiting:
    return Waiting(seq, item.lane, item.body.size, item.queued_at, item.queued_at)
