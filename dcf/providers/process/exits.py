"""How the replicas of one function ended that nobody had asked to: the last of each revision.

Kept in memory, since this gateway was started; the function's log has those before.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from ..placement import ReplicaExit

_REMEMBERED = 64  # revisions, and exits: a call that was broken off asks at once


@dataclass(frozen=True)
class RevisionExits:
    """Of one revision.

    Attributes:
        restarts: How often one of its replicas was started again.
        last: How the last one ended.
    """

    restarts: int = 0
    last: ReplicaExit | None = None


class Exits:
    """Remembers exits, and tells those who wait for one."""

    def __init__(self) -> None:
        self._revisions: dict[int, RevisionExits] = {}
        self._recent: deque[ReplicaExit] = deque(maxlen=_REMEMBERED)
        self._news = asyncio.Event()

    def note(self, revision: int, ended: ReplicaExit, *, is_restarted: bool) -> None:
        """A replica of a revision has ended."""
        before = self._revisions.pop(revision, RevisionExits())
        self._revisions[revision] = RevisionExits(before.restarts + is_restarted, ended)
        while len(self._revisions) > _REMEMBERED:  # the one that was quiet for longest
            del self._revisions[next(iter(self._revisions))]
        self._recent.append(ended)
        self._news.set()
        self._news = asyncio.Event()

    def of(self, revision: int) -> RevisionExits:
        """What is known of a revision."""
        return self._revisions.get(revision, RevisionExits())

    async def at(self, address: str, deadline: float) -> ReplicaExit | None:
        """How the replica ended that took calls there; waits until the deadline for it."""
        try:
            async with asyncio.timeout_at(deadline):
                while (found := self._at(address)) is None:
                    await self._news.wait()
        except TimeoutError:
            return None
        return found

    def _at(self, address: str) -> ReplicaExit | None:
        return next((each for each in reversed(self._recent) if each.address == address), None)
