"""The ports of a process: HTTP's first, then gRPC's, once the function is warm."""

import errno
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from . import process_lifetime
from .configuration.config import Settings
from .errors import StartError
from .function import Function
from .telemetry.door import MetricsDoor
from .web.server import HttpServer

if TYPE_CHECKING:
    from .rpc.door import GrpcServer

_BACKLOG = 1024


class Ports:
    """What listens; the parts that are turned off, or not open yet, are None."""

    def __init__(self, http: HttpServer, metrics: MetricsDoor | None) -> None:
        """Takes what listens from the start."""
        self.http = http
        self.metrics = metrics
        self._grpc: GrpcServer | None = None
        self._is_draining = False
        self._changing = threading.Lock()

    def join(self, make: Callable[[], "GrpcServer"]) -> None:
        """Opens gRPC's ports, unless the end has begun meanwhile: then they stay closed.

        Args:
            make: binds them.

        Raises:
            StartError: a port is taken.
        """
        with self._changing:
            if not self._is_draining:
                self._grpc = make()
                self._grpc.start()

    def drain(self, deadline: float) -> bool:
        """Finishes running calls, over every door.

        Args:
            deadline: time.monotonic() at which to cut them off.

        Returns:
            Whether all were answered.
        """
        with self._changing:
            self._is_draining = True
        # gRPC refuses new calls at once by itself; HTTP's loop needs this thread meanwhile.
        stopped = self._grpc.stop(deadline) if self._grpc else None
        done = self.http.drain(deadline)
        return (stopped is None or stopped()) and done

    def close(self) -> None:
        """Closes what is still open."""
        self.http.close()
        if self.metrics:
            self.metrics.stop()


def open_ports(settings: Settings, function: Function) -> Ports:
    """Binds every port but gRPC's, and serves metrics; HTTP waits for `run`.

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
        metrics = MetricsDoor(port, function.metrics)
    for name, number in (
        ("WATCHER_PORT", settings.watcher_port),
        ("MESH_PORT", settings.mesh_port),
    ):
        if number:
            _listen(name, settings.host, number).close()  # a taken port is told before any answer
    http = HttpServer(function.http, listener, settings, function.metrics)
    if metrics:
        metrics.start()
    return Ports(http, metrics)


def open_grpc(settings: Settings, function: Function, ports: Ports) -> None:
    """Opens gRPC's ports while HTTP serves: its library takes longer to load than a call takes.

    Args:
        settings: hosts, ports and limits.
        function: what answers.
        ports: what listens already; gRPC joins it.

    Raises:
        StartError: a port is taken.
    """
    if not (settings.watcher_port or settings.mesh_port):
        return
    with process_lifetime.calls_first():
        from .rpc.door import (  # a tenth of a second and 15 MB, if wanted
            GrpcDoor,
            GrpcServer,
        )

        door = GrpcDoor(settings, function.runner, function.health, function.metrics)
        ports.join(partial(GrpcServer, door, settings))


def _listen(name: str, host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartError(
            f"HOST {host!r} cannot be used: {error.strerror}; set it to an address of this machine"
        ) from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        wrong = {errno.EADDRNOTAVAIL: "HOST", errno.EACCES: f"{name} to one above 1023"}
        remedy = wrong.get(error.errno or 0, name)
        raise StartError(
            f"cannot listen on {host}:{port}: {error.strerror}; set {remedy}"
        ) from None
    return listener
