"""Tells who came in: once an hour for a name and an address, as every request gives them."""

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
        self._told: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def accepted(self, door: str, peer: str, by: str) -> None:
        """Somebody gave a password or a token.

        Args:
            door: Of `refusals`.
            peer: The address; empty where it is not known.
            by: The user, or the token's name.
        """
        now = self._clock()
        who = (door, peer, by)
        before = self._told.get(who)
        if before is not None and now - before < _AGAIN_SECONDS:
            return
        self._told[who] = now
        self._told.move_to_end(who)
        if len(self._told) > _KEPT:
            self._told.popitem(last=False)
        tell(LOGIN_ACCEPTED, door=door, peer=peer, by=by)
