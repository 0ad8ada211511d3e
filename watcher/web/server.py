"""Serves a WSGI application with waitress until told to stop, then finishes what has begun."""

import contextlib
import logging
import resource
import socket
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from ..configuration.config import Settings
from ..telemetry import logs
from ..telemetry.metrics import Metrics
from .body_budget import Bodies
from .connection import Channel
from .cors import Cors
from .head import FRONT_ROOM, MAX_HEAD

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_SPARE_THREADS = 4
_MAX_CONNECTIONS = 1000
_SPARE_FILES = 128
_IDLE_S = 75
_GIVE_WAY = 100
_TICK_S = 1.0
_DRAIN_TICK_S = 0.05
_RELEASE_S = 0.2
_RELEASE_TURNS = 10
_RECV_BYTES = 1 << 17
_IN_MEMORY = 4 << 20
_UNLIMITED = 1 << 40
_log = logging.getLogger(__name__)


class Workers:
    """The threads that call the application, fed by a queue that costs little.

    One more is started when tasks outnumber threads: a cold start waits for the first alone.
    """

    def __init__(self, count: int) -> None:
        """Takes the most threads there may be, and starts one."""
        self._count = count
        self._started = 0
        self._unfinished = 0
        self._changing = threading.Lock()
        self._tasks: SimpleQueue[Any] = SimpleQueue()
        self._start()

    def add_task(self, task: Any) -> None:  # noqa: ANN401 - waitress has no annotations
        """Takes a connection that has a request to answer.

        Args:
            task: a channel; its `service` answers one request.
        """
        with self._changing:
            self._unfinished += 1
            if self._unfinished > self._started and self._started < self._count:
                # Where the system grants no more threads, those there are answer.
                with contextlib.suppress(RuntimeError):
                    self._start()
        self._tasks.put(task)

    def shutdown(self) -> None:
        """Ends the threads that are idle; a busy one ends after its request."""
        with self._changing:
            for _ in range(self._started):
                self._tasks.put(None)

    def _start(self) -> None:
        name = f"http-{self._started}"
        threading.Thread(target=self._work, name=name, daemon=True).start()
        self._started += 1

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task.service()
            except Exception:  # pylint: disable=broad-exception-caught # the thread must live on
                _log.exception("answering a request failed")
            del task
            with self._changing:
                self._unfinished -= 1


class _Server(TcpWSGIServer):  # type: ignore[misc] # waitress has no annotations
    """Waitress' server with our connections."""

    channel_class = Channel

    def __init__(self, *words: Any, **options: Any) -> None:  # noqa: ANN401 - waitress' own
        self._waking, self._is_over = threading.Lock(), False
        super().__init__(*words, **options)

    def pull_trigger(self) -> None:
        """Wakes the thread that reads, from any thread; once all is closed, nobody."""
        with self._waking:
            if not self._is_over:
                super().pull_trigger()

    def wake_no_more(self) -> None:
        """Comes before the pipe is closed: its number may be another file's then."""
        with self._waking:
            self._is_over = True


class HttpServer:
    """One listening socket, one thread that reads, and a pool that calls the application."""

    def __init__(
        self, app: "WSGIApplication", listener: socket.socket, settings: Settings, metrics: Metrics
    ) -> None:
        """Takes a bound socket; the port is open from here on."""
        self._map: dict[int, Any] = {}
        adj = Adjustments(
            sockets=[listener],
            ident="",
            clear_untrusted_proxy_headers=False,
            recv_bytes=_RECV_BYTES,
            # Smaller bodies stay in memory; larger ones wait in a temporary file.
            inbuf_overflow=_IN_MEMORY,
            # A worker never waits for a slow reader: what does not fit the socket is kept.
            outbuf_high_watermark=_UNLIMITED,
            outbuf_overflow=_IN_MEMORY,
            channel_timeout=_IDLE_S,
            cleanup_interval=5,
            connection_limit=_connections(),
            # Parser counts exactly, and without what a proxy in front adds.
            max_request_header_size=MAX_HEAD + FRONT_ROOM,
            # Chunked bodies are counted with their framing here; Channel counts them without.
            max_request_body_size=2 * settings.max_body_bytes + (1 << 16),
            log_socket_errors=False,
            asyncore_use_poll=True,
        )
        self._metrics = metrics
        adj.body_limit = settings.max_body_bytes
        adj.bodies = Bodies(settings.body_memory)
        adj.read_timeout = settings.read_timeout
        adj.ending = False
        adj.on_refusal = self._refused
        adj.cors = Cors(settings.cors_origins) if settings.cors_origins else None
        # More than the runner ever admits, so that probes and refusals find a free one.
        self._workers = Workers(settings.max_inflight + _SPARE_THREADS)
        self._server = _Server(
            app,
            self._map,
            _sock=listener,
            dispatcher=self._workers,
            adj=adj,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )
        self._swept = 0.0

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self._server.effective_port)

    def wake(self) -> None:
        """Makes `run` look at its condition now; from any thread, also when all is closed."""
        self._server.pull_trigger()

    def run(self, stop: Callable[[], bool]) -> None:
        """Serves in this thread.

        Args:
            stop: asked about once a second, and after `wake`.
        """
        while not stop():
            self._turn(_TICK_S)

    def withdraw(self) -> None:
        """Serves on, but every reply says that its connection ends: callers are to go elsewhere."""
        self._server.adj.ending = True

    def release(self) -> None:
        """Ends kept connections that are idle, after reading what lies in the sockets' buffers.

        What was read came before the end was decided, and is answered.
        """
        self.withdraw()
        for _ in range(_RELEASE_TURNS):
            self._turn(0)
            if self._release_idle():
                return

    def drain(self, deadline: float) -> bool:
        """Serves until every request that has begun is answered.

        Args:
            deadline: time.monotonic() at which to stop anyway.

        Returns:
            Whether all were answered.
        """
        since = time.monotonic()
        self.withdraw()
        while any(channel.busy(since) for channel in list(self._channels())):
            if time.monotonic() > deadline:
                return False
            self._turn(_DRAIN_TICK_S)
            self._release_idle()
        # A close while a client still sends would reset the connection under what it reads.
        end = min(deadline, time.monotonic() + _RELEASE_S)
        while time.monotonic() < end and any(channel.ends for channel in list(self._channels())):
            self._turn(_DRAIN_TICK_S)
        return True

    def close(self) -> None:
        """Closes the port and every connection, and ends the pool."""
        self._workers.shutdown()
        self._server.wake_no_more()
        wasyncore.close_all(self._map)

    def _release_idle(self) -> bool:
        """Whether no idle connection has a request that was not read yet."""
        unread = [channel for channel in list(self._channels()) if not channel.release()]
        return not unread

    def _channels(self) -> Any:  # noqa: ANN401 - waitress has no annotations
        return self._server.active_channels.values()

    def _turn(self, timeout: float) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._map, count=1)
        now = time.monotonic()
        if now - self._swept >= min(_TICK_S, self._server.adj.read_timeout):
            self._swept = now
            wall = time.time()
            channels = list(self._channels())
            for channel in channels:
                channel.sweep(now, wall)
            if self._server.in_connection_overflow:
                # Idle connections give way: new ones, probes among them, must get in.
                for channel in sorted(channels, key=lambda one: one.last_activity)[:_GIVE_WAY]:
                    channel.give_way()

    def _refused(self, request: Any, status: int, size: int, call_id: str) -> None:  # noqa: ANN401
        """Counts and logs a request that never reached the application."""
        method = getattr(request, "command", "")
        path = getattr(request, "path", "")
        seconds = time.monotonic() - getattr(request, "started", time.monotonic())
        self._metrics.http_refused(method, status, seconds)
        logs.call(logs.CallLine(method or "-", path or "-", status, size, seconds, call_id))


def _connections() -> int:
    """How many connections to hold, below the limit on open files: past it accepting would spin."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(16, min(_MAX_CONNECTIONS, soft - _SPARE_FILES))
