"""The life of a function process: load, warm, open the ports, serve, drain, end."""

import logging
import signal
import time
from types import FrameType

from . import function, guards, listeners, logs
from .config import Settings
from .errors import LoadError, WatcherError
from .function import Function
from .http_server import HttpServer
from .listeners import Ports
from .loader import Loaded

_log = logging.getLogger(__name__)


def serve(settings: Settings) -> int:
    """Runs a function process from start to end.

    Args:
        settings: of this process.

    Returns:
        The exit code: 0, 1 when something could not start or calls were cut off at the end.
    """
    logs.configure(settings.log_format, settings.log_level)
    try:
        return Process(settings).run()
    except LoadError as error:
        _log.error("%s", error.message, extra={logs.TRACE: error.trace})
        return error.exit_code
    except WatcherError as error:
        _log.error("%s", error.message)
        return error.exit_code


class Process:
    """One process' ports and its end."""

    def __init__(self, settings: Settings) -> None:
        """Listens to signals, and to the parent's pipe if there is one; nothing is loaded yet."""
        self._settings = settings
        self._stopping = False
        self._server: HttpServer | None = None
        self._function: Function | None = None
        guards.on_signals(self._on_signal)
        guards.on_parent_end(settings.parent_fd, self.stop)

    def stop(self) -> None:
        """Begins the drain; before the ports are open, ends at once."""
        self._stopping = True
        if self._server is None:
            guards.end_now(1)
        self._server.wake()

    def run(self) -> int:
        """Loads, serves, drains.

        Returns:
            The exit code.

        Raises:
            WatcherError: the start failed.
        """
        settings = self._settings
        began = time.perf_counter()
        built = function.build(settings)
        ports = listeners.open_ports(settings, built)
        self._function, self._server = built, ports.http
        built.health.open()
        seconds = time.perf_counter() - began
        _log.info("%s", report(settings, built.loaded, ports.http.port, seconds))
        ports.http.run(lambda: self._stopping)
        return self._end(built, ports)

    def _end(self, built: Function, ports: Ports) -> int:
        ports.http.absorb()
        built.health.drain()
        deadline = time.monotonic() + self._settings.shutdown_timeout
        _log.info("draining: %d calls running and waiting", built.runner.inflight)
        done = ports.drain(deadline)
        ports.close()
        idle = built.runner.close(max(0.0, min(1.0, deadline - time.monotonic())))
        _log.info("ended" if done else "ended: calls were cut off after SHUTDOWN_TIMEOUT")
        if not idle:
            guards.end_now(0 if done else 1)  # a stuck thread would hold up a normal exit
        return 0 if done else 1

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._stopping or self._server is None:
            if self._function is not None:
                self._function.health.drain()  # the lock file goes even now
            guards.end_now(128 + number)
        _log.info("%s: stopping", signal.Signals(number).name)
        self.stop()


def report(settings: Settings, loaded: Loaded, port: int, seconds: float) -> str:
    """The one line that says what is served.

    Args:
        settings: of this process.
        loaded: the handler.
        port: of HTTP.
        seconds: from the start to ready.

    Returns:
        The line.
    """
    parts = ", ".join(f"{part} {took:.2f}" for part, took in loaded.seconds.items())
    return (
        f"ready: {settings.function_name}, {loaded.name} of {loaded.file} in {seconds:.2f} s "
        f"({parts}); http {settings.host}:{port}, grpc {settings.watcher_port or 'off'}, "
        f"mesh {settings.mesh_port or 'off'}, metrics {settings.metrics_port or 'off'}; "
        f"{settings.concurrency} calls at once, {settings.max_inflight} in flight, "
        f"{settings.exec_timeout:g} s each, bodies to {settings.max_body_bytes} bytes"
    )
