"""The Kubernetes provider: functions as Deployments and Services; the cluster is the only state."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

from ...errors import CannotStart
from ...scale_labels import MAX_REPLICAS
from ..consumption import Consumptions
from ..notices import Hear, unheard
from ..stores import Stores
from .api import Api, ApiError
from .connection import connect
from .discovery import Served, discovered
from .leader import Leader
from .loads import Loads
from .logs import PodLogs
from .noticing import Noticing
from .pages import Pages
from .parts import parts_of
from .placement import ClusterPlacement
from .revisions import Ground
from .rollout_keeper import RolloutKeeper
from .routing import Routes
from .settings import ClusterSettings
from .sweeping import Sweeper
from .usage import PodUsage
from .view import View

_PAUSE_SECONDS = 5.0
_log = logging.getLogger(__name__)


class KubernetesProvider:
    """Keeps nothing of its own: a gateway that starts again, or beside others, finds everything."""

    kind = "kubernetes"
    most_replicas = MAX_REPLICAS
    isolation = "container"

    def __init__(
        self,
        settings: ClusterSettings,
        environ: Mapping[str, str] = os.environ,
        *,
        min_ready_seconds: float = 0.0,
    ) -> None:
        """A provider that is not started.

        Args:
            settings: Which cluster, and what may be done there.
            environ: Of this process; it may name the cluster.
            min_ready_seconds: How long a new replica must stay ready to count.
        """
        self._settings, self._environ = settings, environ
        self._min_ready_seconds = min_ready_seconds
        self._hear: Hear = unheard
        self._stack = AsyncExitStack()
        self._opened: _Opened | None = None

    @property
    def placement(self) -> ClusterPlacement:
        """Once it is started."""
        return self._parts.placement

    @property
    def routing(self) -> Routes:
        """Once it is started."""
        return self._parts.routes

    @property
    def stores(self) -> Stores:
        """Once it is started."""
        return self._parts.stores

    @property
    def measuring(self) -> Consumptions:
        """Once it is started."""
        return self._parts.measuring

    @property
    def together(self) -> Loads:
        """Once it is started."""
        return self._parts.together

    def listen(self, hear: Hear) -> None:
        """Tell somebody what happens to functions from the start on."""
        self._hear = hear

    async def start(self) -> None:
        """Look at everything that is there, and follow it from then on; raises `CannotStart`."""
        async with AsyncExitStack() as opened:
            api = connect(self._settings, self._environ)
            opened.push_async_callback(api.close)
            ground = Ground(api.namespace, self._settings, self._min_ready_seconds)
            try:
                self._opened = _Opened(api, await discovered(api), ground, self._hear)
                await self._opened.start(opened)
            except ApiError as fault:
                raise CannotStart(fault.message) from fault
            self._stack = opened.pop_all()

    async def stop(self) -> None:
        """Follow no more; functions stay as they are."""
        await self._stack.aclose()
        self._opened = None

    @property
    def _parts(self) -> "_Opened":
        assert self._opened is not None, "the provider is not started"
        return self._opened


class _Opened:
    """What a started provider is made of."""

    def __init__(self, api: Api, served: Served, ground: Ground, hear: Hear) -> None:
        self._api, self._served = api, served
        self._view, self._pages = View(), Pages()
        self.routes = Routes(self._view)
        self._noticing = Noticing(self._view.of, hear, time.time)
        parts = parts_of(api, self._view, ground, served.scalers)
        usage = PodUsage(api, self._view, self.routes, self._pages, metrics=served.usage)
        self.placement = ClusterPlacement(parts, usage.of)
        self.stores = Stores(parts.archives, parts.secrets, PodLogs(api, self._view))
        self.measuring = Consumptions(usage.all)
        self._keeper = RolloutKeeper(parts, lambda: self.leader.leads)
        self._sweeper = Sweeper(parts, lambda: self.leader.leads)
        self.leader = Leader(api, served.leases, self._keeper.look_at_all)
        self.together = Loads(self.leader, self.routes, self._pages)

    async def start(self, opened: AsyncExitStack) -> None:
        """Open everything; `opened` closes it in the opposite order."""
        opened.push_async_callback(self._pages.close)
        # After the routes, so that whoever hears of a replica finds it there.
        self._view.listen(self._noticing.changed)
        opened.push_async_callback(self._view.close)
        await self._view.open(self._api, self._served)
        self._noticing.started(list(self._view.functions()))
        for work in (self._keeper.run, self._sweeper.run, self.leader.run):
            opened.push_async_callback(_ended, asyncio.create_task(_kept_up(work)))


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Do work that has no end; a fault in it must not leave functions without it."""
    while True:
        try:
            await work()
            return
        except Exception:  # pylint: disable=broad-exception-caught # the next try may succeed
            _log.exception("%s begins again", work.__qualname__)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
