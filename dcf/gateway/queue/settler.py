"""Keeps what became of an item, however often the disk refuses, and delivers nothing twice."""

import logging
from functools import partial

from ..telemetry.events import QUEUED_FAILED, tell
from .bodies import Bodies
from .body_file import LostBodyError
from .clock import Clock
from .delivery import unkept
from .disk import Disk, StillRefusedError
from .records import NOTICE, Again, Done, Failed, Item, Waiting, waiting_for
from .settings import Limits
from .settlement import Finished, Listed, Postponed, Settlement, settlement_of
from .store import Store

_log = logging.getLogger(__name__)


class Settler:
    """Writes settlements to the store and the bodies' folder."""

    def __init__(
        self, store: Store, bodies: Bodies, limits: Limits, clock: Clock, disk: Disk
    ) -> None:
        self._store, self._bodies, self._limits = store, bodies, limits
        self._clock, self._disk = clock, disk

    async def settle(
        self, item: Item, outcome: Done | Again | Failed, spread: float
    ) -> float | Waiting | None:
        """Keep an outcome.

        Returns:
            When the item is due again, or else what follows it, if anything does.

        Raises:
            StillRefusedError: The disk did not take it before the gateway's end.
        """
        settlement = settlement_of(item, outcome, self._limits, spread)
        answer = outcome.answer if isinstance(outcome, Done) else None
        try:
            return await self._keep(settlement)
        except StillRefusedError:
            raise
        except LostBodyError as fault:
            other: Again | Failed = Again(500, unkept(fault))
        except Exception as fault:  # pylint: disable=broad-exception-caught # a fault of our own
            _log.exception("the outcome of call %s cannot be kept", item.call_id)
            other = Failed(500, f"its outcome cannot be kept: {type(fault).__name__}")
        if answer:
            await self._bodies.remove(answer.body.file)
        return await self._keep(settlement_of(item, other, self._limits, spread))

    async def _keep(self, settlement: Settlement) -> float | Waiting | None:
        if isinstance(settlement, Postponed):
            return await self._postpone(settlement.item, settlement.pause)
        if isinstance(settlement, Finished):
            return await self._finish(settlement)
        return await self._list(settlement)

    async def _postpone(self, item: Item, pause: float) -> float:
        due = self._clock.now() + pause
        await self._disk.insist(partial(self._store.postpone, item, due))
        return due

    async def _finish(self, finished: Finished) -> Waiting | None:
        item, following = finished.item, finished.following
        if item.kind == NOTICE and item.reason:
            _log.warning("the failure of call %s could not be told: %s", item.call_id, item.reason)
        if following:
            await self._disk.insist(partial(self._bodies.complete, following.body))
        seq = await self._disk.insist(partial(self._store.finish, item.seq, following))
        await self._bodies.remove(item.body.file)
        return waiting_for(following, seq, self._clock.now()) if following else None

    async def _list(self, listed: Listed) -> Waiting | None:
        bounds = (self._limits.failed, self._limits.total_bytes)
        seq, gone = await self._disk.insist(
            partial(self._store.fail, listed.item, listed.following, *bounds)
        )
        await self._bodies.remove(*gone)
        failed = listed.item
        tell(
            QUEUED_FAILED, function=failed.function, call_id=failed.call_id,
            status=failed.status, attempts=failed.attempts,
        )  # fmt: skip
        following = listed.following
        return waiting_for(following, seq, self._clock.now()) if following else None
