"""The gateway's process: provider, core and both doors, started and stopped in order."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from aiohttp import web

from ..errors import CannotStart
from ..providers.notices import Hear
from .application import application
from .bounds import Bounds, open_files
from .calls.metrics import Metrics
from .calls.reaching import READ_BUFFER
from .calls.upstream import Upstream
from .calls.upstream_choice import upstream_for
from .core import Gateway
from .doors.alert import AlertDoor
from .doors.archives import ArchivesDoor
from .doors.async_function import AsyncDoor
from .doors.function import FunctionDoor
from .doors.function_metrics import FunctionMetricsDoor
from .doors.info import PlatformDoor
from .doors.metrics_page import MetricsPage
from .doors.secrets import SecretsDoor
from .doors.system import SystemDoor
from .hearing import hearing
from .host import bracketed, from_here, port_words, try_port
from .judging.candidates import Candidates
from .openfx.grpc_door import GrpcDoor
from .openfx.grpc_listener import GrpcListener
from .openfx.rest_door import OpenFxDoor
from .openfx.rpcs import Rpcs
from .provider_choice import MakeProvider
from .queue.call_queue import CallQueue
from .rest.connections import Connections
from .rest.listener import RestListener
from .rest.protocol import Protocol
from .scaling.scaling import Scaling
from .settings import Settings
from .telemetry.traffic import Traffic
from .ui.door import PageDoor
from .ui.history import History
from .ui.login_door import LoginDoor
from .ui.static_files import StaticFiles

_DRAIN_SECONDS = 35.0


class Server:
    """A gateway, started and stopped inside a running event loop.

    Attributes:
        rest: The REST door's address, once started.
        grpc: The gRPC door's `host:port`, once started.
        isolation: How functions are kept from each other, once started.
        queue: What answers calls later, once started; None for a gateway without one.
    """

    def __init__(
        self,
        settings: Settings,
        make_provider: MakeProvider,
        lost_lines: Callable[[], int] = int,
    ) -> None:
        """A gateway that is not started.

        Args:
            settings: Where it listens, and what it keeps.
            make_provider: Makes what functions run on, given the `host:port` where functions of
                this machine can call others by name.
            lost_lines: How many lines of its log were lost.
        """
        self._settings, self._make_provider = settings, make_provider
        self._lost_lines = lost_lines
        self.rest = self.grpc = self.isolation = ""
        self._started = AsyncExitStack()
        self.queue: CallQueue | None = None
        self._upstream: Upstream | None = None
        self._rest: RestListener | None = None

    async def start(self) -> None:
        """Bring the functions back and open both doors; after `CannotStart` nothing runs."""
        async with AsyncExitStack() as opened:
            await self._start(opened)
            self._started = opened.pop_all()

    async def _start(self, opened: AsyncExitStack) -> None:
        """Open one thing after the other; `opened` closes them in the opposite order."""
        settings, host = self._settings, bracketed(self._settings.host)
        bounds = settings.bounds.within(open_files())
        # Functions are given its address when they start, and may call before the doors open.
        listener = _claimed(settings, host, bounds)
        opened.push_async_callback(listener.close)
        self.grpc = f"{host}:{listener.port}"
        if settings.certificate:
            await opened.enter_async_context(settings.certificate.renewed())
        mesh_host = "127.0.0.1" if settings.certificate else from_here(settings.host)
        provider = self._make_provider(f"{mesh_host}:{listener.mesh_port}")
        metrics, others = Metrics(), list[Hear]()
        candidates = Candidates(metrics)
        provider.listen(hearing(metrics, candidates, others))
        await provider.start()
        opened.push_async_callback(provider.stop)
        gateway = Gateway(provider)
        self.isolation = gateway.isolation
        upstream = self._upstream = upstream_for(gateway, metrics, os.environ)
        opened.push_async_callback(upstream.close)
        scaling = Scaling(gateway, metrics, upstream, bounds)
        others.append(scaling.hear)
        opened.push_async_callback(scaling.close)
        scaling.start()
        queue = self.queue = await self._open_queue(gateway, upstream, opened)
        rpcs = Rpcs(gateway)
        runner = web.AppRunner(
            self._application(gateway, metrics, upstream, rpcs, queue),
            handler_cancellation=True,  # a caller who leaves ends the call to the replica as well
            shutdown_timeout=_DRAIN_SECONDS,
        )
        connections = Connections(bounds)
        opened.callback(connections.stop)
        candidates.start(gateway, upstream)
        opened.push_async_callback(self._drain, listener, runner, queue)
        opened.push_async_callback(candidates.close)
        await self._open_rest(runner, connections)
        rpcs.rest = self.rest
        await listener.open(GrpcDoor(rpcs, upstream, settings.access))

    def _application(
        self,
        gateway: Gateway,
        metrics: Metrics,
        upstream: Upstream,
        rpcs: Rpcs,
        queue: CallQueue | None,
    ) -> web.Application:
        system, traffic = SystemDoor(gateway), Traffic()
        held = upstream.held.count if upstream.held else (lambda _name: 0)
        page = MetricsPage(gateway, metrics, traffic, queue, self._lost_lines, held)
        history, access = History(metrics), self._settings.access
        doors = (
            system,
            SecretsDoor(gateway),
            ArchivesDoor(gateway),
            AlertDoor(gateway),
            PlatformDoor(gateway, page),
            FunctionMetricsDoor(gateway),
            FunctionDoor(upstream),
            AsyncDoor(gateway, queue),
            OpenFxDoor(rpcs, upstream),
            PageDoor(gateway, history, StaticFiles()),
            LoginDoor(access),
        )
        app = application(
            doors,
            access,
            self._settings.cors,
            traffic,
            trust_pages=self._settings.trust_pages,
            most_replicas=gateway.most_replicas,
        )
        app.cleanup_ctx.append(history.looking)
        app.on_shutdown.append(system.leave)
        return app

    async def _open_queue(
        self, gateway: Gateway, upstream: Upstream, opened: AsyncExitStack
    ) -> CallQueue | None:
        """After the provider has claimed the state folder, before calls can come."""
        if self._settings.queue is None:
            return None
        queue = CallQueue(self._settings.queue, gateway, upstream)
        opened.push_async_callback(queue.close)
        await queue.start()
        return queue

    async def _open_rest(self, runner: web.AppRunner, connections: Connections) -> None:
        host, port = self._settings.host, self._settings.port
        await runner.setup()
        assert runner.server is not None
        certificate = self._settings.certificate
        rest = self._rest = RestListener(
            connections,
            partial(Protocol, runner.server, READ_BUFFER),
            certificate.context if certificate else None,
        )
        try:
            await rest.open(host, port)
        except OSError as fault:
            rest.close()
            raise CannotStart(
                port_words("REST", host, port, fault, "DCF_PORT", "--port")
            ) from fault
        self.rest = f"http{'s' if certificate else ''}://{bracketed(host)}:{rest.port}"

    async def _drain(
        self, listener: GrpcListener, runner: web.AppRunner, queue: CallQueue | None
    ) -> None:
        """Take no more calls from outside, and let those under way finish.

        What they call in their turn comes by gRPC, which therefore is closed after them.
        """
        assert self._upstream is not None
        limit = asyncio.get_running_loop().time() + _DRAIN_SECONDS
        listener.drain()
        if self._rest:
            await self._rest.drain()
        await asyncio.gather(runner.cleanup(), *([queue.drain()] if queue else ()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(limit):
                await self._upstream.idle()
        await listener.close()

    def inflight(self, address: str) -> int:
        """Calls under way to one replica."""
        return self._upstream.balancer.inflight(address) if self._upstream else 0

    async def stop(self) -> None:
        """Take no more calls, let those under way finish, end every function's processes."""
        await self._started.aclose()


def _claimed(settings: Settings, host: str, bounds: Bounds) -> GrpcListener:
    try:
        try_port(settings.host, settings.grpc_port)
        return GrpcListener(
            (host, settings.grpc_port), settings.access, bounds, settings.certificate
        )
    except OSError as fault:
        raise CannotStart(
            port_words(
                "gRPC", settings.host, settings.grpc_port, fault, "DCF_GRPC_PORT", "--grpc-port"
            )
        ) from fault
