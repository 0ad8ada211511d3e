"""Calls to functions, whatever door they came by: each finds a replica, and is counted."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp

from ...errors import DcfError, NotFound, ReplicaCrashed, UpstreamFailed, UpstreamTimeout
from ...providers.routing import Target
from ..core import Gateway
from ..telemetry.events import CALL, tell
from .call import Answer, Call, Witness
from .holds import Holds
from .metrics import Metrics
from .not_ready import not_ready
from .reaching import Attempt, Reaching

_ENDED_SECONDS = 5.0  # by then it is known how a process ended, on a busy machine too
OWN_STATUSES = {"not_ready": 503, "upstream_failed": 502, "replica_crashed": 502, "timeout": 504}
_CALLER_LEFT = 499  # as the web servers count a call that nobody waits for any more


class Upstream(Reaching):
    """The client side of the gateway; every call is counted here, whatever door it came by.

    Attributes:
        held: Keeps calls until their function has started; None where none does by being called.
        watched: By function, who notes its calls; of most functions nobody does.
    """

    held: Holds | None = None

    def __init__(self, gateway: Gateway, metrics: Metrics) -> None:
        super().__init__(gateway.targets)
        self._gateway, self._metrics = gateway, metrics
        self.watched: Mapping[str, Witness] = {}
        self._idle = asyncio.Event()

    @asynccontextmanager
    async def open(self, name: str, call: Call) -> AsyncIterator[Answer]:
        """Send a call and give its answer's head; the body is read inside the block.

        Args:
            name: A checked, plain name.
            call: What to send.

        Raises:
            NotFound: No such function.
            NotReady: No replica is ready.
            ReplicaCrashed: Its process ended while it had the call.
            UpstreamFailed: The replica could not be reached, or broke off.
            UpstreamTimeout: No byte came for as long as the function may take.
        """
        target = self._choose(name)
        tally = self._metrics.of(name)
        tally.begin()
        began, code, revision = time.perf_counter(), _CALLER_LEFT, 0
        watched, kept = self.watched.get(name), None
        try:
            if target is None or (self.held is not None and name in self.held.names):
                target = await self._held_until_ready(name, call)
            self._gateway.invocation_counts.add(name)
            async with self._answer(name, target, call) as answer:
                code, revision = answer.response.status, answer.revision
                if watched is not None:
                    kept = await watched.keep(call, answer)
                yield answer
        except DcfError as fault:
            code = OWN_STATUSES.get(fault.code, 500)
            raise
        finally:
            revision = revision or (target.revision if target else 0)
            seconds = time.perf_counter() - began
            tally.end(revision, code, seconds)
            tell(
                CALL, method=call.method, function=name, revision=revision, status=code,
                seconds=seconds, call_id=call.headers.get("X-Call-Id"),
            )  # fmt: skip
            if watched is not None and revision:
                watched.answered(call, revision, code, seconds, kept)
            self._idle.set()

    async def copy(self, target: Target, call: Call, longest: int) -> tuple[int, bytes]:
        """The answer of one replica to a call that nobody waits for: its status and its body.

        What is longer is cut behind its end. Raises as `open` does.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(target.timeout), AsyncExitStack() as under_way:
                response = await self._reach(target, call, under_way)
                if response is None:
                    raise UpstreamFailed(f"{target.address} refused the connection")
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > longest:
                        break
                return response.status, bytes(body)
        except TimeoutError as fault:
            raise UpstreamTimeout(f"{target.address} took longer than it may") from fault
        except aiohttp.ClientError as fault:
            raise UpstreamFailed(f"{target.address} broke off") from fault
        finally:
            self._idle.set()

    async def _held_until_ready(self, name: str, call: Call) -> Target:
        """A replica, perhaps after a while; raises `NotReady` with the reason."""
        if self.held is not None:
            await self.held.hold(name, call.body)
        target = self._choose(name)
        if target is None:
            raise not_ready(await self._gateway.describe(name))
        return target

    async def _broken_off(self, name: str, target: Target) -> UpstreamFailed:
        """What to tell a caller whose call broke off: how the replica's process ended, if it did.

        What that process had written is for those who may read its log.
        """
        words = f"Can't reach service for: {name}."
        deadline = asyncio.get_running_loop().time() + _ENDED_SECONDS
        try:
            ended = await self._gateway.ended(name, target, deadline)
        except NotFound:  # it was deleted meanwhile
            ended = None
        if ended is None:
            return UpstreamFailed(words)
        why = f"Its replica ended during the call: {ended.cause}."
        return ReplicaCrashed(f"{words} {why} `dcf function log {name}` has more.")

    @asynccontextmanager
    async def _answer(self, name: str, target: Target, call: Call) -> AsyncIterator[Answer]:
        attempt = Attempt(name, target)
        try:
            async with AsyncExitStack() as under_way:
                response = await self._somewhere(attempt, call, under_way)
                yield Answer(response, attempt.target.revision)
        except aiohttp.ConnectionTimeoutError as fault:
            raise await self._broken_off(name, attempt.target) from fault
        except TimeoutError as fault:
            limit = f"{target.timeout:f}s: the gateway's own limit for {name}"
            raise UpstreamTimeout(f"Function timed out after {limit}") from fault
        except aiohttp.ClientError as fault:
            raise await self._broken_off(name, attempt.target) from fault

    async def idle(self) -> None:
        """Wait until no call is under way."""
        while self.balancer.total:
            self._idle.clear()
            await self._idle.wait()
