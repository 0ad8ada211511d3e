"""The scaling of one gateway: what looks at calls, and what holds those that found nobody."""

import asyncio
import contextlib

from ...providers.notices import Notice
from ..bounds import Bounds
from ..calls.metrics import Metrics
from ..calls.upstream import Upstream
from ..core import Gateway
from .autoscaler import Autoscaler
from .held_calls import HeldCalls


class Scaling:
    """Started once the functions are back."""

    def __init__(
        self, gateway: Gateway, metrics: Metrics, upstream: Upstream, bounds: Bounds
    ) -> None:
        """Joins the parts; from now on calls are held."""
        clock = asyncio.get_running_loop().time
        self._scaler = Autoscaler(gateway, metrics, clock, bounds.hold_timeout)
        self._held = HeldCalls(gateway, self._scaler, upstream.balancer, bounds)
        upstream.held, gateway.wanted = self._held, self.wake
        self._waking: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._scaler.run(), name="autoscaler")

    def wake(self, name: str) -> None:
        """Have a function started that is at zero, for calls that wait elsewhere."""
        if name not in self._waking:
            task = self._waking[name] = asyncio.create_task(
                self._scaler.wake(name), name=f"wake {name}"
            )
            task.add_done_callback(lambda _: self._waking.pop(name, None))

    def hear(self, notice: Notice) -> None:
        """What a provider tells."""
        self._held.hear(notice)

    async def close(self) -> None:
        """Look no more, and answer who still waits."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        await asyncio.gather(*self._waking.values(), return_exceptions=True)
        await self._held.close()
