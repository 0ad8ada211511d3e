"""The life of a function process: load, warm, open the ports, serve, drain, end."""

import contextlib
import ctypes
import gc
import io
import logging
import signal
import sys
import threading
import time
from typing import TextIO

from . import function, listeners, process_lifetime
from .call_log import CALL, TRACE
from .configuration.config import Settings
from .errors import BatchError, LoadError, WatcherError
from .function import Function
from .listeners import Ports
from .loading.loader import Loaded
from .telemetry import logs
from .web.server import HttpServer

_EXIT_S = 3.0
_FIRST_CALL_S = 0.02
_MOMENT_S = 0.001
_POOLS = 2
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # glibc's malloc.h
_KEPT_BYTES = 2 << 20
_log = logging.getLogger(__name__)


def serve(settings: Settings) -> int:
    """Runs a function process from start to end.

    Args:
        settings: of this process.

    Returns:
        The exit code: 0, 1 when something could not start or calls were cut off at the end.
    """
    write_whole_lines()
    # A batch's stdout says where its answer is; what ends a process is on stderr in any case.
    to_stdout = settings.log_stream == "stdout" and not settings.is_batch
    configure_logs(settings, sys.stdout if to_stdout else sys.stderr)
    share_pools(max(_POOLS, settings.concurrency))
    try:
        if settings.is_batch:
            from .batch.process import (
                BatchProcess,  # a process that serves need not import it
            )

            return BatchProcess(settings).run()
        return Process(settings).run()
    except WatcherError as error:
        configure_logs(settings, sys.stderr)
        trace = error.trace if isinstance(error, LoadError | BatchError) else ""
        _log.error("%s", error.message, extra={TRACE: trace})
        return error.exit_code


def write_whole_lines() -> None:
    """Has what is printed written a line at once, even where nothing is to be buffered.

    `PYTHONUNBUFFERED` has each word of a `print` written by itself, and calls that print at the
    same time tear each other's lines, and those of the log, apart.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, write_through=False)


def configure_logs(settings: Settings, stream: TextIO) -> None:
    """Sends log lines, in the form that was asked for, to a stream.

    Args:
        settings: of this process.
        stream: stdout or stderr.
    """
    logs.configure(settings.log_format, settings.log_level, stream)


class Process:
    """One process' ports and its end."""

    def __init__(self, settings: Settings) -> None:
        """Listens to signals, and to the parent's pipe if there is one; nothing is loaded yet."""
        self._settings = settings
        self._stopping = ""
        self._delay = 0.0
        self._server: HttpServer | None = None
        self._function: Function | None = None
        self._failure: WatcherError | None = None
        process_lifetime.on_signals(self._on_signal)
        process_lifetime.on_parent_end(settings.parent_fd, lambda: self.stop("the parent has gone"))

    def stop(self, reason: str, delay: float = 0.0) -> None:
        """Begins the drain; before the ports are open, ends at once.

        Args:
            reason: for the log; anything but empty.
            delay: seconds to go on taking calls.
        """
        self._delay = delay
        self._stopping = reason
        if self._server is None:
            _log.warning("%s, before the function was ready", reason)
            process_lifetime.end_now(1)
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
        gc.freeze()  # a model and its libraries stay to the end: no collection need look at them
        gc.enable()
        ports = listeners.open_ports(settings, built)
        self._function, self._server = built, ports.http
        getting_ready = threading.Thread(
            target=self._get_ready, args=(built, ports, began), name="ready", daemon=True
        )
        getting_ready.start()
        ports.http.run(lambda: bool(self._stopping))
        if self._failure:
            raise self._failure
        # Getting ready is not waited for: an import may take longer than callers do. Once health
        # and ports have begun to drain, it opens nothing any more.
        if self._delay:
            self._linger(built, ports)
        return self._end(built, ports, getting_ready)

    def _get_ready(self, built: Function, ports: Ports, began: float) -> None:
        """Opens what is not open yet, then says so: calls over HTTP are answered meanwhile."""
        let_a_caller_pass(built)
        try:
            listeners.open_grpc(self._settings, built, ports)
            is_ready = built.health.open()
        except WatcherError as error:
            if not self._stopping:
                self._failure = error
                self.stop("the start failed")
            return
        if not is_ready:
            return
        seconds = time.perf_counter() - began
        _log.info("%s", report(self._settings, built.loaded, ports.http.port, seconds))
        with process_lifetime.calls_first():
            built.http.own()  # so that not even the first probe waits for an import

    def _linger(self, built: Function, ports: Ports) -> None:
        """Serves on while those who call learn from the probes that it is time to go elsewhere."""
        built.health.withdraw()
        ports.http.withdraw()
        _log.info("%s, taking calls for %g s more", self._stopping, self._delay)
        began = time.monotonic()
        ports.http.run(lambda: time.monotonic() - began >= self._delay)

    def _end(self, built: Function, ports: Ports, getting_ready: threading.Thread) -> int:
        ports.http.release()
        built.health.drain()
        deadline = time.monotonic() + self._settings.shutdown_timeout
        calls = built.runner.inflight
        _log.info("%s, draining: %d calls running and waiting", self._stopping, calls)
        done = ports.drain(deadline)
        cut_off = [] if done else built.runner.running
        ports.close()
        idle = built.runner.close(max(0.0, min(1.0, deadline - time.monotonic())))
        getting_ready.join(max(0.0, min(1.0, deadline - time.monotonic())))
        limit = f"SHUTDOWN_TIMEOUT ({self._settings.shutdown_timeout:g} s)"
        for call in cut_off:
            at = f", at {call.where.place}" if call.where.place else ""
            extra = {CALL: call.call_id, TRACE: call.where.stack}
            _log.warning("cut off by %s after %.1f s%s", limit, call.seconds, at, extra=extra)
        _log.info("ended" if done else f"ended: calls were cut off after {limit}")
        code = 0 if done else 1
        if not idle or getting_ready.is_alive():
            process_lifetime.end_now(
                code
            )  # a stuck thread may crash an interpreter that is taken down
        process_lifetime.end_within(_EXIT_S, code)  # threads of the handler's own may hold it up
        return code

    def _on_signal(self, number: int) -> None:
        if self._stopping or self._server is None:
            if self._function is not None:
                self._function.health.drain()  # the lock file goes even now
            process_lifetime.end_now(128 + number)
        self.stop(signal.Signals(number).name, self._settings.drain_delay)


def let_a_caller_pass(built: Function) -> None:
    """Leaves the processors to the caller for whom this process was started, if there is one.

    Args:
        built: what answers; a call that is there within a moment is answered first.
    """
    end = time.monotonic() + _FIRST_CALL_S
    while time.monotonic() < end and not built.runner.inflight:
        time.sleep(_MOMENT_S)
    end = time.monotonic() + 1
    while time.monotonic() < end and built.runner.inflight:
        time.sleep(_MOMENT_S)


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
    serves = f" (serving {loaded.serves})" if loaded.serves else ""
    parts = ", ".join(f"{part} {took:.2f}" for part, took in loaded.seconds.items())
    return (
        f"ready: {settings.function_name}, {loaded.name} of {loaded.file}{serves} in "
        f"{seconds:.2f} s "
        f"({parts}); http {settings.host}:{port}, grpc {settings.watcher_port or 'off'}, "
        f"mesh {settings.mesh_port or 'off'}, metrics {settings.metrics_port or 'off'}; "
        f"{settings.concurrency} calls at once, {settings.max_inflight} in flight, "
        f"{settings.exec_timeout:g} s each, bodies to {settings.max_body_bytes} bytes"
    )


def share_pools(count: int) -> None:
    """Keeps the C library from hoarding memory, where it is glibc.

    A door has many threads, and in a pool of its own each keeps the largest body it ever held.
    Measured with bodies of up to 1.5 MB and 20 threads: 59 MB a process without this, 39 with it.
    And glibc raises by itself the size up to which freed memory is kept, to 32 MB: over 10,000
    broken bodies a process grew by 73 MB with that, and by 1 to 4 with a fixed size.

    Args:
        count: pools; those who allocate at the same time should not outnumber them.
    """
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, count)
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
