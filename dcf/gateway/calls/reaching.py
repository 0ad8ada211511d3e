"""The way to a replica: over connections that are kept, and to another one where one is lost.

Watchers close a connection after 75 idle seconds, other servers often sooner: ours are given up
after 5, so that a call never meets one that is just being closed. A call that cannot have reached
its replica is tried on another.
"""

import asyncio
import io
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import aiohttp
from yarl import URL

from ...providers.routing import Target
from .balancer import Balancer
from .call import Call
from .connector import CONNECT_SECONDS, connector
from .file_body import file_body
from .lately_lost import LatelyLost

_LOOK_AGAIN_SECONDS = 0.1
_MOST_TRIED = 3  # replicas, of one call
READ_BUFFER = 1 << 18
_MAX_ANSWER_HEAD = 1 << 16
# Bodies up to here travel in one piece: less work than a stream, and still small beside a replica.
WHOLE_BODY = 1 << 20
_OURS = frozenset({"User-Agent", "Content-Type", "Accept", "Accept-Encoding"})


@dataclass
class Attempt:
    """A call's way so far.

    Attributes:
        function: Whose call it is.
        target: Where it was sent last.
    """

    function: str
    target: Target


class Reaching:
    """Sends calls to replicas.

    Attributes:
        balancer: Knows which replica has how many calls.
    """

    def __init__(self, targets: Callable[[str], Sequence[Target]]) -> None:
        """Has sent nothing yet.

        Args:
            targets: The ready replicas of a function.
        """
        self._targets, self.balancer = targets, Balancer()
        self._lost = LatelyLost(time.monotonic)
        self._session = aiohttp.ClientSession(
            connector=connector(),
            auto_decompress=False,
            max_line_size=_MAX_ANSWER_HEAD,
            max_field_size=_MAX_ANSWER_HEAD,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_OURS,
            read_bufsize=READ_BUFFER,
            trust_env=False,
        )

    def _choose(self, name: str) -> Target | None:
        """A replica; none that could not be reached just now, if there is another."""
        avoid = (lambda each: each.address in self._lost) if self._lost else None
        return self.balancer.choose(name, self._targets(name), avoid)

    async def _somewhere(
        self, attempt: Attempt, call: Call, under_way: AsyncExitStack
    ) -> aiohttp.ClientResponse:
        """The answer of a replica, or of another one where that is lost before it has the call."""
        tried: set[str] = set()
        while len(tried) < _MOST_TRIED and attempt.target.address not in tried:
            tried.add(attempt.target.address)
            response = await self._reach(attempt.target, call, under_way)
            if response is not None:
                return response
            attempt.target = await self._other(attempt, tried)
        under_way.enter_context(self.balancer.call(attempt.target))
        return await under_way.enter_async_context(await self._send(attempt.target, call))

    async def _reach(
        self, target: Target, call: Call, under_way: AsyncExitStack
    ) -> aiohttp.ClientResponse | None:
        """Its answer; None where it took no connection: nothing was sent, so another may be asked.

        A kept connection that breaks off is replaced by aiohttp, for methods that may be repeated
        (RFC 9110, 9.2.2): one that has ended then refuses.
        """
        async with AsyncExitStack() as tried:
            tried.enter_context(self.balancer.call(target))
            try:
                response = await tried.enter_async_context(await self._send(target, call))
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                self._lost.add(target.address)
                return None
            if self._lost:
                self._lost.discard(target.address)
            under_way.push_async_exit(tried.pop_all())
            return response

    async def _other(self, attempt: Attempt, tried: Collection[str]) -> Target:
        """A replica in place of one that was lost; a moment later, if all of them were tried.

        Its process has just ended, and it is taken off the list as soon as that is noticed.
        """
        other = self._choose_but(attempt.function, tried)
        if other is None or other.address in tried:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            other = self._choose_but(attempt.function, tried)
        return other or attempt.target

    def _choose_but(self, name: str, tried: Collection[str]) -> Target | None:
        """A replica that was not tried, if there is one."""
        targets = self._targets(name)
        return self.balancer.choose(
            name, targets, lambda each: each.address in tried or each.address in self._lost
        )

    async def _send(self, target: Target, call: Call) -> aiohttp.ClientResponse:
        return await self._session.request(
            call.method,
            URL(target.address + call.path, encoded=True),
            data=_payload(call.body),
            headers=call.headers,
            allow_redirects=False,
            timeout=_timeout(target.timeout),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()


def _payload(
    body: bytes | aiohttp.StreamReader | Path | None,
) -> io.BytesIO | bytes | aiohttp.StreamReader | aiohttp.BufferedReaderPayload | None:
    """A large body in pieces, so that writing it never holds up other calls."""
    if isinstance(body, bytes) and len(body) > WHOLE_BODY:
        return io.BytesIO(body)
    if isinstance(body, Path):
        return file_body(body)
    return body


@lru_cache(maxsize=64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=seconds)
