"""The REST door's connections: how many there may be, who makes room, and what takes too long.

Room is made by whoever keeps us waiting: by the oldest connection that never sent a request, by the
oldest that is idle between requests, or else by one whose body has stopped coming. So a crowd of
silent connections only pushes itself out. When all are at work, a few more are let in that
health and system routes answer; the rest is turned away at once.
"""

import asyncio
import contextlib
import ipaddress
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ..bounds import SPARE, Bounds

_LOOKED_AT = 64  # connections that are looked at for room, before somebody is turned away
_TICK_SECONDS = 1.0
_LAST_SECONDS = 0.5


class Held(Protocol):
    """One connection, as it is seen from here.

    Attributes:
        peer: Whose it is, as `peer_of` tells it.
        spoke: Whether it ever sent a whole head.
        since: The tick at which it began to wait.
    """

    peer: bytes
    spoke: bool
    since: int

    def give_way(self) -> bool:
        """Close, unless something of it is on its way; tell whether it does."""

    def check(self) -> bool:
        """End what takes too long; tell whether a body has stopped coming, for now."""


@dataclass
class _Peer:
    """How many of its connections there are, and how many of them never sent a request."""

    all: int = 0
    fresh: int = 0


_NOBODY = _Peer()


class Connections:
    """All connections of the REST door.

    Attributes:
        bounds: How many, and how long.
        tick: Turns of the clock so far, about a second each. A turn that comes late counts once,
            so that nobody is blamed for what this process took.
        ending: Whether each of them ends with its next answer.
    """

    def __init__(self, bounds: Bounds) -> None:
        """None yet; the bounds are worked out (`Bounds.within`)."""
        self.bounds, self.tick, self.ending = bounds, 0, False
        self._all: dict[Held, None] = {}
        self._peers: defaultdict[bytes, _Peer] = defaultdict(_Peer)
        self._fresh: dict[Held, None] = {}  # both in the order in which they began to wait
        self._idle: dict[Held, None] = {}
        self._stalled: deque[Held] = deque()
        self._clock: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._all)

    def start(self) -> None:
        """Begin to look for what takes too long."""
        self._clock = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._turn)

    def stop(self) -> None:
        """Look no more."""
        if self._clock:
            self._clock.cancel()

    def admits(self, peer: bytes) -> bool:
        """Whether one more of this peer's can be taken; makes room for it where it must."""
        self._make_room(peer, 0)
        return not self.is_full(peer, SPARE)

    def is_full(self, peer: bytes, spare: int = 0) -> bool:
        """Whether one more would be above the limits, or so much above them."""
        everybody = len(self._all) >= self.bounds.connections + spare
        return everybody or self._peers.get(peer, _NOBODY).all >= self.bounds.per_address + spare

    def is_over(self, peer: bytes) -> bool:
        """Whether all are at work and there are more than there may be; makes room if it can."""
        self._make_room(peer, 1)
        return self.is_full(peer, 1)

    def add(self, one: Held) -> None:
        """It was accepted, and waits."""
        self._all[one] = None
        self._peers[one.peer].all += 1
        self.waits(one)

    def waits(self, one: Held) -> None:
        """It has nothing to do until its caller sends something."""
        if one in self._all:
            one.since = self.tick
            if one.spoke:
                self._idle[one] = None
            else:
                self._fresh[one] = None
                self._peers[one.peer].fresh += 1

    async def last_requests(self) -> None:
        """Give callers who call again and again a moment for one more, answered with `close`.

        A connection that is closed between two requests costs its caller the second: it crosses
        the close on its way, and only the caller can say whether it may be sent again.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + _LAST_SECONDS
        while loop.time() < end and any(self.tick - each.since <= 1 for each in self._idle):
            await asyncio.sleep(_LAST_SECONDS / 20)

    def works(self, one: Held) -> None:
        """A request of it is being answered."""
        self._idle.pop(one, None)
        if one in self._fresh:
            del self._fresh[one]
            self._peers[one.peer].fresh -= 1

    def remove(self, one: Held) -> None:
        """It is closed, or as good as closed."""
        if one in self._all:
            self.works(one)
            del self._all[one]
            self._peers[one.peer].all -= 1
            if not self._peers[one.peer].all:
                del self._peers[one.peer]

    def close_one(self) -> bool:
        """Close one that keeps us waiting; tell whether there was one."""
        return self._close_one(None)

    def _make_room(self, peer: bytes, spare: int) -> None:
        """Until there is room for one more, or for none but that, or nobody can go."""
        most = self.bounds
        while self._peers.get(peer, _NOBODY).all >= most.per_address + spare and self._close_one(
            peer
        ):
            pass
        while len(self._all) >= most.connections + spare and self._close_one(None):
            pass

    def _close_one(self, peer: bytes | None) -> bool:
        """Of this peer, or of anybody."""
        for waiting in self._in_order(peer):
            for one in _first(waiting, peer):
                if one.give_way():
                    self.remove(one)
                    return True
        return False

    def _in_order(self, peer: bytes | None) -> tuple[Iterable[Held], ...]:
        """Half of the room is for those who come, half for those who have sent something before."""
        if peer is None:
            crowded = len(self._fresh) > self.bounds.connections // 2
        else:
            crowded = self._peers.get(peer, _NOBODY).fresh > self.bounds.per_address // 2
        first, second = (self._fresh, self._idle) if crowded else (self._idle, self._fresh)
        return first, second, self._stalled

    def _turn(self) -> None:
        self.tick += 1
        self._stalled = deque(one for one in list(self._all) if one.check())
        self.start()


def _first(waiting: Iterable[Held], peer: bytes | None) -> list[Held]:
    """Some of them, to be tried in turn."""
    found = []
    for one in waiting:
        if peer is None or one.peer == peer:
            found.append(one)
            if len(found) == _LOOKED_AT:
                break
    return found


def peer_of(host: str) -> bytes:
    """Whose connection it is: an IPv4 address, or 64 bits of an IPv6 one, which one caller has."""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address):
            mapped = address.ipv4_mapped
            return mapped.packed if mapped else address.packed[:8]
        return address.packed
    return host.encode()
