"""Calls that found their function at zero, held until its first replica is ready.

Held are calls of functions that may be at zero (`com.openfaas.scale.zero`): as many, as long, and
with as many bytes as the gateway's bounds say; bodies that are streams are not read meanwhile. When
replicas are ready, calls go to them in the order they came, no faster than the replicas take them.
When a replica cannot start, all calls of its function are answered at once with the reason.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...errors import DcfError, NotFound, NotReady
from ...providers.notices import Notice, ReplicaRestarted
from ...providers.routing import Target
from ...scale_labels import policy_in_force
from ..bounds import Bounds
from ..calls.balancer import Balancer
from ..calls.not_ready import is_hopeless, not_ready
from ..core import Gateway
from .autoscaler import Autoscaler

_LOOK_SECONDS = 1.0
_PACE_SECONDS = 0.01
_FULL_RETRY_SECONDS = 1


@dataclass
class _Row:
    """The held calls of one function, in the order they came; each waits for its future."""

    calls: "dict[asyncio.Future[None], None]" = field(default_factory=dict)
    task: "asyncio.Task[None] | None" = None


class HeldCalls:
    """Of one gateway.

    Attributes:
        names: Functions of which calls are held; others that come meanwhile get in line.
    """

    def __init__(
        self, gateway: Gateway, scaler: Autoscaler, balancer: Balancer, bounds: Bounds
    ) -> None:
        """Holds nothing yet.

        Args:
            gateway: Has the functions.
            scaler: Has them started.
            balancer: Knows how many calls a replica has.
            bounds: What may be held.
        """
        self._gateway, self._scaler, self._balancer = gateway, scaler, balancer
        self._bounds = bounds
        self.names: dict[str, _Row] = {}
        self._calls = self._bytes = 0
        self._telling: set[asyncio.Task[None]] = set()

    def count(self, name: str) -> int:
        """Held calls of one function."""
        return len(self.names[name].calls) if name in self.names else 0

    async def hold(self, name: str, body: object) -> None:
        """Wait until a function can take this call.

        Args:
            name: The function, of which no replica is ready, or other calls are held already.
            body: Of the call: what is whole in memory counts.

        Raises:
            NotReady: It is none that starts by being called, it cannot start, the call waited for
                too long, or there is no room.
            NotFound: It was deleted.
        """
        if name not in self.names:
            await self._check_state(name)
        size = len(body) if isinstance(body, bytes) else 0
        self._check_room(name, size)
        row, turn = self._enter(name)
        self._calls, self._bytes = self._calls + 1, self._bytes + size
        try:
            async with asyncio.timeout(self._bounds.hold_timeout):
                await turn
        except TimeoutError as fault:
            if turn.done() and not turn.cancelled():  # its turn came in the same moment
                return
            raise NotReady(
                f"No endpoints available for: {name}. The call waited for "
                f"{self._bounds.hold_timeout:g} s, and no replica could take it."
            ) from fault
        finally:
            row.calls.pop(turn, None)  # its caller may have left
            self._calls, self._bytes = self._calls - 1, self._bytes - size

    async def _check_state(self, name: str) -> None:
        """Raise `NotReady` for a function that a call does not start."""
        state = await self._gateway.describe(name)
        policy = policy_in_force(state.spec.labels)
        if policy is None or not policy.zero or is_hopeless(state) or state.crash_loop:
            raise not_ready(state)

    def _check_room(self, name: str, size: int) -> None:
        most = self._bounds.held_calls
        if self._calls >= most or self.count(name) >= max(most // 2, 1):
            why = f"{self._calls} calls wait for functions that start, {self.count(name)} for this"
        elif self._bytes + size > self._bounds.held_bytes:
            why = f"calls that wait for functions that start have {self._bytes} bytes"
        else:
            return
        words = f"No endpoints available for: {name}. It is starting, and {why}: try again."
        raise NotReady(words, _FULL_RETRY_SECONDS)

    def _enter(self, name: str) -> "tuple[_Row, asyncio.Future[None]]":
        row = self.names.get(name)
        if row is None:
            row = self.names[name] = _Row()
            row.task = asyncio.create_task(self._serve(name, row), name=f"held calls of {name}")
        turn = asyncio.get_running_loop().create_future()
        row.calls[turn] = None
        return row, turn

    async def _serve(self, name: str, row: _Row) -> None:
        """Have the function started, and give calls their turns until none is left."""
        loop = asyncio.get_running_loop()
        try:
            while row.calls:
                targets = self._gateway.targets(name)
                if not targets:
                    await self._scaler.wake(name)
                    targets = await self._gateway.ready(name, loop.time() + _LOOK_SECONDS)
                self._let_go(row, targets)
                if row.calls:
                    await asyncio.sleep(_PACE_SECONDS)
        except NotFound:
            self._end(row, lambda: NotFound(f"no such function: {name}"))
        finally:
            del self.names[name]
            self._end(row, lambda: NotReady(f"No endpoints available for: {name}."))

    def _let_go(self, row: _Row, targets: Sequence[Target]) -> None:
        """Give as many calls their turns as the replicas take at once."""
        room = 0
        for each in targets:
            under_way = self._balancer.inflight(each.address)
            room += max(each.room - under_way, 0) if each.room else len(row.calls)
        for turn in list(row.calls)[:room]:
            _settle(row, turn, None)

    @staticmethod
    def _end(row: _Row, fault: Callable[[], DcfError]) -> None:
        for turn in list(row.calls):
            _settle(row, turn, fault())

    def hear(self, notice: Notice) -> None:
        """A replica could not start, or ended: calls that wait fail, if there is no other."""
        if isinstance(notice, ReplicaRestarted) and notice.function in self.names:
            telling = asyncio.create_task(self._tell(notice.function, self.names[notice.function]))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell(self, name: str, row: _Row) -> None:
        with contextlib.suppress(DcfError):  # it was deleted: whoever deleted it knows
            if not self._gateway.targets(name):
                state = await self._gateway.describe(name)
                self._end(row, lambda: not_ready(state))

    async def close(self) -> None:
        """Answer whoever still waits."""
        tasks = [row.task for row in self.names.values() if row.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._telling, return_exceptions=True)


def _settle(row: _Row, turn: "asyncio.Future[None]", fault: DcfError | None) -> None:
    """Let a call go on, or end it."""
    del row.calls[turn]
    if turn.done():  # its caller has left in this moment
        return
    if fault is None:
        turn.set_result(None)
    else:
        turn.set_exception(fault)
