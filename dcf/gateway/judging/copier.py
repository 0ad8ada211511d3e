"""Sends copies of calls to the other revision, and compares both answers.

No caller waits for a copy, and none fails by one: a copy begins when its call is over, few run at
once, few wait, and what finds no room is dropped and counted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import perf_counter

from multidict import CIMultiDict

from ...errors import DcfError
from ...providers.routing import Target
from ..calls.call import Call
from .comparison import Kept, agree

AGREED, DIFFERED, DROPPED, FAILED = "agreed", "differed", "dropped", "failed"
_AT_ONCE, _WAITING = 2, 8
_MOST_BYTES = 8 << 20
_HEADER = "X-Copy"  # so that a function with effects can tell

Send = Callable[[Target, Call], Awaitable[Kept]]


@dataclass(frozen=True)
class Copied:
    """A copy that was answered.

    Attributes:
        status: HTTP's; 504 or 502 where none came.
        seconds: How long it took.
        agrees: Whether it says the same as the answer to the call itself.
    """

    status: int
    seconds: float
    agrees: bool


class Copier:
    """Of one candidate."""

    def __init__(self, send: Send, hear: Callable[[Copied | None], None]) -> None:
        """Nothing is copied yet.

        Args:
            send: Sends a call to a replica, and gives its whole answer.
            hear: Takes each copy that was answered, and None for one that was dropped.
        """
        self._send, self._hear = send, hear
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._bytes = 0
        self._is_closed = False

    def copy(self, call: Call, answer: Kept, choose: Callable[[], Target | None]) -> None:
        """Send a call again, when it is its turn; only one whose body is whole can be.

        Args:
            call: That was answered.
            answer: To it.
            choose: Gives a replica of the other revision.
        """
        if self._is_closed:
            return
        body = call.body if isinstance(call.body, bytes) else b""
        size = len(body) + len(answer.body)
        is_full = len(self._tasks) >= _AT_ONCE + _WAITING or self._bytes + size > _MOST_BYTES
        if is_full:
            self._hear(None)
            return
        self._bytes += size
        headers = CIMultiDict(call.headers)
        headers[_HEADER] = "1"
        task = asyncio.create_task(self._run(replace(call, headers=headers), answer, choose))
        self._tasks.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._bytes -= size

        task.add_done_callback(over)

    async def _run(self, call: Call, answer: Kept, choose: Callable[[], Target | None]) -> None:
        async with self._turn:
            target = choose()
            if target is None:
                self._hear(None)
                return
            began = perf_counter()
            try:
                other = await self._send(target, call)
            except DcfError as fault:
                status = 504 if fault.code == "timeout" else 502
                self._hear(Copied(status, perf_counter() - began, agrees=False))
                return
            seconds = perf_counter() - began
            agrees = await asyncio.to_thread(agree, answer, other)
            self._hear(Copied(other.status, seconds, agrees))

    async def close(self) -> None:
        """Give up what is under way, and copy nothing more."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
