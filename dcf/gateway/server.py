"""The gateway's process: provider, core and both doors, started and stopped in order."""

import asyncio
import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import grpc
from aiohttp import web

from dcf.errors import CannotStart, DcfError
from dcf.gateway.application import application
from dcf.gateway.auth import Credentials
from dcf.gateway.core import Gateway
from dcf.gateway.door_alert import AlertDoor
from dcf.gateway.door_archives import ArchivesDoor
from dcf.gateway.door_async import AsyncDoor
from dcf.gateway.door_function import FunctionDoor
from dcf.gateway.door_grpc import GrpcDoor, serve
from dcf.gateway.door_openfx import OpenFxDoor
from dcf.gateway.door_platform import PlatformDoor
from dcf.gateway.door_secrets import SecretsDoor
from dcf.gateway.door_system import SystemDoor
from dcf.gateway.metrics import Metrics
from dcf.gateway.noise import server_log
from dcf.gateway.queue.call_queue import CallQueue
from dcf.gateway.queue.settings import QueueSettings
from dcf.gateway.rpcs import Rpcs
from dcf.gateway.upstream import READ_BUFFER, Upstream
from dcf.providers.base import Provider
from dcf.providers.process import ProcessProvider

_DRAIN_SECONDS = 35.0
PROVIDERS = ("process",)
# Where a gateway that listens on every address is reached from its own machine.
_ANY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


@dataclass(frozen=True)
class Settings:
    """How a gateway is started; flags come before environment, environment before these defaults.

    Attributes:
        host: Address both doors listen on.
        port: REST; 0 takes a free one.
        grpc_port: gRPC; 0 takes a free one.
        provider: One of `PROVIDERS`.
        home: Folder of the process provider's state.
        credentials: Whom the gateway's own routes are for; None for everybody who reaches them.
        queue: The queue's; None for a gateway without one.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    grpc_port: int = 32222
    provider: str = "process"
    home: Path = Path("~/.dcf")
    credentials: Credentials | None = None
    queue: QueueSettings | None = None

    @property
    def authorization(self) -> str:
        """The header that this gateway's own routes want, or nothing."""
        return self.credentials.authorization if self.credentials else ""


def provider_of(settings: Settings, environ: Mapping[str, str] = os.environ) -> Provider:
    """Make the provider that the settings name; raises `CannotStart`."""
    if settings.provider == "process":
        return ProcessProvider(settings.home, environ)
    raise CannotStart(
        f"provider {settings.provider!r} is unknown: allowed are {', '.join(PROVIDERS)}"
    )


class Server:
    """A gateway; made inside a running event loop.

    Attributes:
        rest: The REST door's address, once started.
        grpc: The gRPC door's `host:port`, once started.
    """

    def __init__(self, settings: Settings, provider: Provider) -> None:
        self._settings, self._provider = settings, provider
        self.rest = self.grpc = ""
        self._gateway = Gateway(provider)
        self._metrics = Metrics()
        self._upstream = Upstream(self._gateway, self._metrics)
        self._async = AsyncDoor(self._gateway)
        self._rpcs = Rpcs(self._gateway)
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            logger=server_log(),
            handler_cancellation=True,  # a caller who leaves ends the call to the replica as well
            shutdown_timeout=_DRAIN_SECONDS,
            read_bufsize=READ_BUFFER,
            auto_decompress=False,
        )
        self._grpc: grpc.aio.Server | None = None

    def _application(self) -> web.Application:
        gateway, system = self._gateway, SystemDoor(self._gateway)
        doors = (
            system,
            SecretsDoor(gateway),
            ArchivesDoor(gateway),
            AlertDoor(gateway),
            PlatformDoor(gateway, self._metrics),
            FunctionDoor(self._upstream),
            self._async,
            OpenFxDoor(self._rpcs, self._upstream),
        )
        app = application(doors, self._settings.credentials)
        app.on_shutdown.append(system.leave)
        return app

    async def start(self) -> None:
        """Bring the functions back and open both doors; after `CannotStart` nothing runs."""
        try:
            mesh = self._claim_grpc()
            await self._provider.start(mesh)
            await self._open_queue()
            await self._open_doors()
        except DcfError:
            await self._runner.cleanup()
            await self._upstream.close()
            if self._grpc is not None:
                await self._grpc.stop(None)
            raise

    def _claim_grpc(self) -> str:
        """Take the gRPC port, which functions are told of when they start; calls wait there."""
        host = self._settings.host
        door = GrpcDoor(self._rpcs, self._upstream, self._settings.credentials)
        self._grpc, port = _open_grpc(door, _bracketed(host), self._settings.grpc_port)
        self.grpc = f"{_bracketed(host)}:{port}"
        return f"{_bracketed(_ANY.get(host, host))}:{port}"

    async def _open_queue(self) -> None:
        """After the provider has claimed the state folder, before calls can come."""
        if self._settings.queue is not None:
            try:
                queue = CallQueue(self._settings.queue, self._gateway, self._upstream)
                await queue.start()
            except DcfError:
                await self._provider.stop()
                raise
            self._async.running = queue

    async def _close_queue(self) -> None:
        queue, self._async.running = self._async.running, None
        if queue is not None:
            await queue.close()

    async def _open_doors(self) -> None:
        try:
            await self._open_rest(self._settings.host)
        except DcfError:
            if self._async.running is not None:
                await self._async.running.drain()
            await self._close_queue()
            await self._provider.stop()
            raise
        self._rpcs.rest = self.rest
        if self._grpc is not None:
            await self._grpc.start()

    async def _open_rest(self, host: str) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, self._settings.port)
        try:
            await site.start()
        except OSError as fault:
            raise CannotStart(
                _port_words("REST", host, self._settings.port, fault, "DCF_PORT", "--port")
            ) from fault
        self.rest = f"http://{_bracketed(host)}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Take no more calls, let those under way finish, end every function's processes."""
        grpc_stopped = [self._grpc.stop(_DRAIN_SECONDS)] if self._grpc else []
        drained = [self._async.running.drain()] if self._async.running else []
        await asyncio.gather(self._runner.cleanup(), *grpc_stopped, *drained)
        await self._close_queue()
        await self._upstream.close()
        await self._provider.stop()


def _bracketed(host: str) -> str:
    """An IPv6 address as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def _open_grpc(door: GrpcDoor, host: str, port: int) -> tuple[grpc.aio.Server, int]:
    try:
        return serve(door, host, port)
    except RuntimeError as fault:
        taken = OSError(errno.EADDRINUSE, "in use")
        raise CannotStart(
            _port_words("gRPC", host, port, taken, "DCF_GRPC_PORT", "--grpc-port")
        ) from fault


def _port_words(door: str, host: str, port: int, fault: OSError, variable: str, flag: str) -> str:
    if fault.errno == errno.EADDRINUSE:
        return (
            f"{door} port {port} on {host} is in use: stop the program that has it, "
            f"or choose another with {flag} or {variable}"
        )
    return (
        f"{door} cannot listen on {host}:{port} ({fault.strerror}): "
        f"choose another with --host, {flag} or {variable}"
    )
