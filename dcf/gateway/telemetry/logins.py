"""Tells who gave the right password: once an hour for an address, as every request gives it."""

import time
from collections import OrderedDict
from collections.abc import Callable

from .events import LOGIN_ACCEPTED, tell

_AGAIN_SECONDS = 3600.0
_KEPT = 1000


class Logins:
    """Remembers the addresses that logged in last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody has; `clock` gives seconds."""
        self._clock = clock
        self._told: OrderedDict[tuple[str, str], float] = OrderedDict()

    def accepted(self, door: str, peer: str = "") -> None:
        """Somebody gave the password.

        Args:
            door: Of `refusals`.
            peer: The address; empty where it is not known.
        """
        now = self._clock()
        before = self._told.get((door, peer))
        if before is not None and now - before < _AGAIN_SECONDS:
            return
        self._told[door, peer] = now
        self._told.move_to_end((door, peer))
        if len(self._told) > _KEPT:
            self._told.popitem(last=False)
        tell(LOGIN_ACCEPTED, door=door, peer=peer)
