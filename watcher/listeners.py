"""The ports of a process: opened together once the function is warm, closed together at the end."""

import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .config import Settings
from .door_metrics import MetricsServer
from .errors import StartError
from .function import Function
from .http_server import HttpServer

if TYPE_CHECKING:
    from .door_grpc import GrpcServer

_BACKLOG = 1024


@dataclass(frozen=True)
class Ports:
    """What listens; the parts that are turned off are None."""

    http: HttpServer
    grpc: "GrpcServer | None"
    metrics: MetricsServer | None

    def drain(self, deadline: float) -> bool:
        """Finishes running calls, over every door.

        Args:
            deadline: time.monotonic() at which to cut them off.

        Returns:
            Whether all were answered.
        """
        # gRPC refuses new calls at once by itself; HTTP's loop needs this thread meanwhile.
        stopped = self.grpc.stop(deadline) if self.grpc else None
        done = self.http.drain(deadline)
        return (stopped is None or stopped()) and done

    def close(self) -> None:
        """Closes what is still open."""
        self.http.close()
        if self.metrics:
            self.metrics.stop()


def preload(settings: Settings) -> None:
    """Imports gRPC's library in a thread while the handler loads: a tenth of a second of a start.

    Args:
        settings: which ports are on.
    """

    def load() -> None:
        from . import door_grpc  # noqa: F401 # pylint: disable=unused-import # for its side effect

    if settings.watcher_port or settings.mesh_port:
        threading.Thread(target=load, name="preload", daemon=True).start()


def open_ports(settings: Settings, function: Function) -> Ports:
    """Binds every port, and serves on those with threads of their own; HTTP waits for `run`.

    Args:
        settings: hosts, ports and limits.
        function: what answers.

    Returns:
        What listens.

    Raises:
        StartError: a port is taken, or the host is not one of this machine.
    """
    listener = _listen("PORT", settings.host, settings.port)
    metrics = None
    if settings.metrics_port:
        port = _listen("METRICS_PORT", settings.host, settings.metrics_port)
        metrics = MetricsServer(port, function.metrics)
    grpc = _grpc(settings, function)
    http = HttpServer(function.http, listener, settings, function.metrics)
    if metrics:
        metrics.start()
    if grpc:
        grpc.start()
    return Ports(http, grpc, metrics)


def _grpc(settings: Settings, function: Function) -> "GrpcServer | None":
    if not (settings.watcher_port or settings.mesh_port):
        return None
    from .door_grpc import GrpcDoor, GrpcServer  # a tenth of a second and 15 MB, only if wanted

    door = GrpcDoor(settings, function.runner, function.health, function.metrics)
    return GrpcServer(door, settings)


def _listen(name: str, host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartError(f"HOST {host!r} cannot be used: {error.strerror}") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror}; set {name}") from None
    return listener
