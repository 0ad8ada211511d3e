"""One replica: a watcher process that is started, watched, and started again when it dies."""

import asyncio
import contextlib
import math
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ...rooms import WATCHER
from ..exit_reason import BY_GATEWAY
from ..notices import UNHEALTHY
from ..placement import ReplicaExit, Usage
from ..restart_kind import restart_kind
from ..routing import Target
from ..stamp import now
from .crashes import Crashes
from .free_ports import free_ports
from .launch import Launch
from .leftovers import READY, mark_of
from .probe import answer_of
from .process_usage import Meter, resident_bytes
from .spawned import Command, Spawned

HOST = "127.0.0.1"
_POLL_SECONDS = 0.005  # a first call waits for it
_HEALTH_SECONDS = 1.0
_MEMORY_SECONDS = 0.25
_UNHEALTHY_LIMIT = 3
_SICK_SECONDS = 2.0
_PORT_TRIES = 5
# A call may be on its way to a replica that is not on the list any more: it is still taken.
DRAIN_DELAY = 0.2


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
        crashes: How often it ended without having run steadily.
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
        self.crashes = Crashes()
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

    @property
    def crash_loop(self) -> str:
        """One line if it ends again and again; else nothing."""
        return self.crashes.loop(time.monotonic(), self._was_ready_at if self.target else 0.0)

    def usage(self) -> Usage:
        """What its process uses now."""
        return self._meter.usage() if self._meter is not None else Usage(0.0, 0)

    async def _keep_alive(self) -> None:
        port_tries = 0
        while True:
            ended = await self._live_once()
            self._log(self._instance, f"replica ended: {ended.reason}")
            if not self._was_ready_at and _is_port_taken(ended.reason) and port_tries < _PORT_TRIES:
                port_tries += 1
                continue
            delay = self.crashes.ended(time.monotonic(), self._was_ready_at, ended.reason)
            if self._was_ready_at:
                self._report.lost(ended)
            else:
                self._report.failed(ended)
            await asyncio.sleep(delay)
            self._log(self._instance, f"starting again after {delay:g} s")

    async def _live_once(self) -> ReplicaExit:
        """Start the process and watch it to its end; tells how it ended."""
        self._was_ready_at = 0.0
        # Nobody else knows this name, so that whoever makes the file is the process started here.
        own = self._launch.run / f"{self._instance}.{os.urandom(8).hex()}.lock"
        try:
            return await self._live_in(own)
        finally:  # also where it is given up while it starts
            shutil.rmtree(own, ignore_errors=True)

    async def _live_in(self, own: Path) -> ReplicaExit:
        """Likewise, with a folder that it makes, and whoever calls this removes."""
        lock = own / READY
        try:
            own.mkdir(mode=0o700)
            http, *others = free_ports(HOST, 4)
            spawned = await Spawned.start(
                self._command(http, others, lock), lambda text: self._log(self._instance, text)
            )
        except OSError as fault:
            return self._exit(f"the process cannot be started: {fault.strerror}")
        is_sick = False
        try:
            ours = await self._watched(spawned, (http, others[-1]), lock)
            is_sick = restart_kind(ours) == UNHEALTHY
            if self.target is not None:
                self.target = None
                self._report.away()
            if ours:
                return self._exit(BY_GATEWAY + ours, address=_address(http))
            cause, reason = await spawned.why(was_ready=bool(self._was_ready_at))
            return self._exit(cause, reason, _address(http))
        finally:
            self.target = self._meter = None
            # One that is not well finishes nothing, and the next is wanted now.
            await spawned.end(min(self._stop_seconds, _SICK_SECONDS if is_sick else math.inf))

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
        self.target = Target(
            _address(port),
            launch.revision,
            timeout=launch.call_timeout,
            metrics=f"{_address(metrics)}/metrics",
            room=launch.room,
        )
        self._report.ready()
        return await self._stay(spawned, port)

    async def _stay(self, spawned: Spawned, port: int) -> str:
        sick, status, words = 0, 0, ""
        while sick < _UNHEALTHY_LIMIT:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_HEALTH_SECONDS):
                    await spawned.ended()
                return ""
            status, words = await answer_of(HOST, port, "/_/health", timeout=_HEALTH_SECONDS)
            sick = 0 if status == 200 else sick + 1
        why = words if status else f"no answer within {_HEALTH_SECONDS:g} s"
        return f"unhealthy {_UNHEALTHY_LIMIT} times in a row: {why}"


def _address(port: int) -> str:
    return f"http://{HOST}:{port}"


def _is_port_taken(reason: str) -> bool:
    """Whether a watcher says so: in the system's words, or in those for a port of gRPC's."""
    return "in use" in reason.lower() or "the port is taken" in reason
