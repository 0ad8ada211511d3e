"""One turn of one item: taken from the disk, tried, and what became of it put back there."""

import logging
import random
from functools import partial

from .bodies import Bodies
from .clock import Clock
from .delivery import Delivery
from .disk import Disk
from .records import Again, Done, Failed, Item, Waiting
from .settings import Limits
from .settler import Settler
from .store import DamagedError, Store

_log = logging.getLogger(__name__)


class Courier:
    """Delivers items, each once a turn, whatever the disk does meanwhile."""

    def __init__(
        self, store: Store, bodies: Bodies, delivery: Delivery, limits: Limits, clock: Clock
    ) -> None:
        self._store, self._delivery, self._age = store, delivery, limits.age_seconds
        self._clock, self._disk = clock, Disk(clock)
        self._settler = Settler(store, bodies, limits, clock, self._disk)

    def end(self) -> None:
        """What the disk refuses is tried for a few seconds more."""
        self._disk.end()

    async def deliver(self, waiting: Waiting) -> float | Waiting | None:
        """Take an item's turn.

        Returns:
            When the item is due again, or else what follows it, if anything does.

        Raises:
            StillRefusedError: The disk did not take it before the gateway's end.
        """
        spread = random.uniform(0.5, 1.0)  # noqa: S311 # spreads, hides nothing
        try:
            item = await self._disk.insist(partial(self._store.load, waiting.seq))
        except DamagedError as fault:
            return await self._settler.settle(fault.item, Failed(500, str(fault)), spread)
        if item is None:
            return None
        outcome = await self._attempt(item, self._clock.now() - waiting.since)
        return await self._settler.settle(item, outcome, spread)

    async def _attempt(self, item: Item, age: float) -> Done | Again | Failed:
        if age > self._age:
            reason = f"it waited longer than {self._age:g} s"
            return Failed(item.status, f"{reason}; the last attempt: {item.reason or 'none'}")
        try:
            return await self._delivery.attempt(item)
        except Exception:  # pylint: disable=broad-exception-caught # a call is never lost by our fault
            _log.exception("delivery of call %s failed", item.call_id)
            return Again(500, "the gateway failed; its log has the reason")
