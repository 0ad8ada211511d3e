"""One replica: a watcher process that is started, watched, and started again when it dies."""

import asyncio
import contextlib
import math
import os
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...rooms import WATCHER
from ..placement import ReplicaExit, Usage
from ..routing import Target
from .exit_reason import BY_GATEWAY
from .free_ports import free_ports
from .leftovers import READY, mark_of
from .logs import now
from .probe import status_of
from .process_usage import Meter, resident_bytes
from .spawned import Command, Spawned

HOST = "127.0.0.1"
_POLL_SECONDS = 0.02
_HEALTH_SECONDS = 1.0
_MEMORY_SECONDS = 0.25
_UNHEALTHY_LIMIT = 3
_FIRST_DELAY, _LONGEST_DELAY = 0.1, 30.0
_STEADY_SECONDS = 10.0
_PORT_TRIES = 5
# A call may be on its way to a replica that is not on the list any more: it is still taken.
DRAIN_DELAY = 0.2


@dataclass(frozen=True)
class Launch:
    """How to start one revision's watchers.

    Attributes:
        revision: Its number.
        folder: The unpacked code; the process works in it.
        env: Everything but what differs from replica to replica.
        parent: The read end of a pipe that closes when the gateway ends.
        run: Folder for the folders that replicas write to.
        fence: Says what one is shut out of, given its folder there; see `fence.py`.
        load_timeout: Seconds until a watcher must be ready.
        call_timeout: Seconds without a byte after which the gateway gives a call up.
        stop_timeout: Seconds a watcher gets to finish its calls.
        memory: Bytes the process and its children may have resident, or None.
        pick_cores: Gives the cores one replica is kept to; none for no limit.
        discard: Takes back what was prepared; called when the last replica has ended.
    """

    revision: int
    folder: Path
    env: Mapping[str, str]
    parent: int
    run: Path
    fence: Callable[[Path], str]
    load_timeout: float
    call_timeout: float
    stop_timeout: float
    memory: int | None
    pick_cores: Callable[[], Collection[int]]
    discard: Callable[[], None]


class Report(Protocol):
    """Takes news of one replica."""

    def ready(self) -> None:
        """It takes calls."""

    def away(self) -> None:
        """It takes no calls now; the reason follows."""

    def lost(self, ended: ReplicaExit) -> None:
        """It was ready and has ended; it is started again."""

    def failed(self, ended: ReplicaExit) -> None:
        """It could not become ready; it is tried again."""


class Replica:
    """Keeps one watcher alive until it is stopped.

    Attributes:
        target: Where it takes calls while it is ready, else None.
    """

    def __init__(
        self, instance: str, launch: Launch, log: Callable[[str, str], None], report: Report
    ) -> None:
        """Begins to start it.

        Args:
            instance: Its name in logs.
            launch: How it is started.
            log: Takes a name and a line.
            report: Is given its news, none of it before this returns.
        """
        self.target: Target | None = None
        self._instance, self._launch, self._log, self._report = instance, launch, log, report
        self._was_ready_at, self._stop_seconds = 0.0, launch.stop_timeout + DRAIN_DELAY
        self._cores = launch.pick_cores()
        self._meter: Meter | None = None
        self._task = asyncio.create_task(self._keep_alive(), name=instance)

    async def stop(self, seconds: float = math.inf) -> None:
        """Take no more calls and end the process; it lets those under way finish.

        Args:
            seconds: How long it may take for that, where its launch gives it longer.
        """
        self.target = None
        self._stop_seconds = min(self._stop_seconds, seconds)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    @property
    def pid(self) -> int | None:
        """The process id of its supervisor; None while it has none."""
        return self._meter.pid if self._meter is not None else None

    def usage(self) -> Usage:
        """What its process uses now."""
        return self._meter.usage() if self._meter is not None else Usage(0.0, 0)

    async def _keep_alive(self) -> None:
        delay, port_tries = _FIRST_DELAY, 0
        while True:
            ended = await self._live_once()
            self._log(self._instance, f"replica ended: {ended.reason}")
            if self._was_ready_at:
                self._report.lost(ended)
                if time.monotonic() - self._was_ready_at > _STEADY_SECONDS:
                    delay = _FIRST_DELAY
            elif _is_port_taken(ended.reason) and port_tries < _PORT_TRIES:
                port_tries += 1
                continue
            else:
                self._report.failed(ended)
            await asyncio.sleep(delay)
            self._log(self._instance, f"starting again after {delay:g} s")
            delay = min(delay * 2, _LONGEST_DELAY)

    async def _live_once(self) -> ReplicaExit:
        """Start the process and watch it to its end; tells how it ended."""
        self._was_ready_at = 0.0
        # Nobody else knows this name, so that whoever makes the file is the process started here.
        own = self._launch.run / f"{self._instance}.{os.urandom(8).hex()}.lock"
        lock = own / READY
        try:
            own.mkdir(mode=0o700)
            http, *others = free_ports(HOST, 4)
            spawned = await Spawned.start(
                self._command(http, others, lock), lambda text: self._log(self._instance, text)
            )
        except OSError as fault:
            shutil.rmtree(own, ignore_errors=True)
            return self._exit(f"the process cannot be started: {fault.strerror}")
        try:
            ours = await self._watched(spawned, (http, others[-1]), lock)
            if self.target is not None:
                self.target = None
                self._report.away()
            if ours:
                return self._exit(BY_GATEWAY + ours, address=_address(http))
            cause, reason = await spawned.why(was_ready=bool(self._was_ready_at))
            return self._exit(cause, reason, _address(http))
        finally:
            self.target = self._meter = None
            await spawned.end(self._stop_seconds)
            shutil.rmtree(own, ignore_errors=True)

    def _exit(self, cause: str, reason: str = "", address: str = "") -> ReplicaExit:
        address = address if self._was_ready_at else ""
        return ReplicaExit(cause, reason or cause, now(), self._instance, address)

    def _command(self, http: int, others: list[int], lock: Path) -> Command:
        launch = self._launch
        names = ("WATCHER_PORT", "MESH_PORT", "METRICS_PORT")
        own = dict(zip(names, map(str, others), strict=True)) | {"PORT": str(http), "HOST": HOST}
        own |= {"LOCK_FILE": str(lock), "DRAIN_DELAY": f"{DRAIN_DELAY:g}"}
        own |= {"FUNCTION_REVISION": str(launch.revision), "PARENT_FD": str(launch.parent)}
        return Command(
            WATCHER,
            launch.folder,
            {**launch.env, **own},
            parent=launch.parent,
            grace=launch.stop_timeout,
            cores=self._cores,
            mark=mark_of(lock.parent),
            fence=launch.fence(lock.parent),
        )

    async def _watched(self, spawned: Spawned, ports: tuple[int, int], lock: Path) -> str:
        """Watch it to its end, or until it is over its memory limit: then it is killed at once."""
        self._meter = Meter(spawned.pid)
        watch = asyncio.create_task(self._watch(spawned, ports, lock))
        limit = self._launch.memory
        try:
            while not watch.done():
                await asyncio.wait({watch}, timeout=_MEMORY_SECONDS if limit else None)
                used = resident_bytes(spawned.pid) if limit else 0
                if not watch.done() and limit and used > limit:
                    spawned.kill()
                    return (
                        f"it used {used >> 20} MiB, over its memory limit of {limit >> 20} MiB: "
                        "raise limits.memory, or use less"
                    )
            return watch.result()
        finally:
            watch.cancel()

    async def _watch(self, spawned: Spawned, ports: tuple[int, int], lock: Path) -> str:
        """Wait until ready, then until the end; gives our own reason, or none if it just ended.

        The lock file says that it is ready: a 200 on the port could be any other program's.
        """
        limit = time.monotonic() + self._launch.load_timeout
        while not lock.exists():
            if spawned.has_ended:
                return ""
            if time.monotonic() > limit:
                return (
                    f"not ready within {self._launch.load_timeout:g} s: "
                    "raise LOAD_TIMEOUT, or make the handler load faster"
                )
            await asyncio.sleep(_POLL_SECONDS)
        self._was_ready_at = time.monotonic()
        launch, (port, metrics) = self._launch, ports
        page, timeout = f"{_address(metrics)}/metrics", launch.call_timeout
        self.target = Target(_address(port), launch.revision, timeout=timeout, metrics=page)
        self._report.ready()
        return await self._stay(spawned, port)

    async def _stay(self, spawned: Spawned, port: int) -> str:
        sick = 0
        while sick < _UNHEALTHY_LIMIT:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(spawned.ended(), _HEALTH_SECONDS)
                return ""
            status = await status_of(HOST, port, "/_/health", timeout=_HEALTH_SECONDS)
            sick = 0 if status == 200 else sick + 1
        return f"unhealthy {_UNHEALTHY_LIMIT} times in a row"


def _address(port: int) -> str:
    return f"http://{HOST}:{port}"


def _is_port_taken(reason: str) -> bool:
    return os.strerror(98).lower() in reason.lower() or "in use" in reason.lower()
