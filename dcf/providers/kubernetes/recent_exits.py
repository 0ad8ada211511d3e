"""How containers ended lately, for calls that they broke off."""

import asyncio
from dataclasses import dataclass

from ..placement import ReplicaExit
from .records import PodRecord

_REMEMBERED = 256
_RECENT_SECONDS = 10.0  # a call that was broken off asks at once
_ANSWER_SECONDS, _GOES_ON_SECONDS = 0.2, 0.05


@dataclass(frozen=True)
class _Noted:
    ended: ReplicaExit
    at: float


class RecentExits:
    """Remembers exits by the pod's address, and tells those who wait for one."""

    def __init__(self) -> None:
        self._noted: dict[str, _Noted] = {}
        self._news = asyncio.Event()

    def note(self, before: PodRecord | None, after: PodRecord | None) -> None:
        """A pod is another now; one that was not seen before has ended long ago, if it has."""
        if before is None or after is None or after.last_exit in (None, before.last_exit):
            return
        assert after.last_exit is not None
        self._noted.pop(after.address, None)
        now = asyncio.get_running_loop().time()
        self._noted[after.address] = _Noted(after.last_exit, now)
        while len(self._noted) > _REMEMBERED:
            del self._noted[next(iter(self._noted))]
        self._news.set()
        self._news = asyncio.Event()

    async def at(self, host: str, port: int, deadline: float) -> ReplicaExit | None:
        """How the container ended that took calls there; None at once if somebody listens there.

        Args:
            host: The pod's address.
            port: Of calls.
            deadline: On the loop's clock.
        """
        if self._recent(host) is None and await _listens(host, port):
            return None
        try:
            async with asyncio.timeout_at(deadline):
                while (found := self._recent(host)) is None:
                    await self._news.wait()
        except TimeoutError:
            return None
        return found

    def _recent(self, host: str) -> ReplicaExit | None:
        noted = self._noted.get(host)
        if noted is None or asyncio.get_running_loop().time() - noted.at > _RECENT_SECONDS:
            return None
        return noted.ended


async def _listens(host: str, port: int) -> bool:
    """Whether somebody does, and goes on: one that ends lets go of its port a moment later."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        async with asyncio.timeout(_GOES_ON_SECONDS):
            await reader.read(1)
    except TimeoutError:  # nothing was sent, so nothing comes
        return True
    except OSError:
        return False
    finally:
        writer.close()
    return False
