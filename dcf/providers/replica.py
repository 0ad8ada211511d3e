"""One replica: a watcher process that is started, watched, and started again when it dies."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from dcf.errors import RolloutFailed
from dcf.providers.base import Endpoint, Usage
from dcf.providers.footprint import Meter, resident_bytes
from dcf.providers.last_words import last_words
from dcf.providers.ports import free_ports
from dcf.providers.probe import status_of

HOST = "127.0.0.1"
_POLL_SECONDS = 0.02
_HEALTH_SECONDS = 1.0
_MEMORY_SECONDS = 0.25
_UNHEALTHY_LIMIT = 3
_FIRST_DELAY, _LONGEST_DELAY = 0.1, 30.0
_STEADY_SECONDS = 10.0
_PORT_TRIES = 5
_LONGEST_LINE = 1 << 16


@dataclass(frozen=True)
class Launch:
    """How to start one revision's watchers.

    Attributes:
        folder: The unpacked code; the process works in it.
        env: Everything but what differs from replica to replica.
        parent: The read end of a pipe that closes when the gateway ends.
        run: Folder for lock files.
        load_timeout: Seconds until a watcher must be ready.
        call_timeout: Seconds without a byte after which the gateway gives a call up.
        stop_timeout: Seconds a watcher gets to finish its calls.
        memory: Bytes the process and its children may have resident, or None.
        pick_cores: Gives the cores one replica is kept to; none for no limit.
        discard: Takes back what was prepared; called when the last replica has ended.
    """

    folder: Path
    env: Mapping[str, str]
    parent: int
    run: Path
    load_timeout: float
    call_timeout: float
    stop_timeout: float
    memory: int | None
    pick_cores: Callable[[], Collection[int]]
    discard: Callable[[], None]


class Replica:
    """Keeps one watcher alive until it is stopped.

    Attributes:
        instance: Its name in logs.
        endpoint: Its address while it is ready, else None.
        first: Done when it became ready for the first time, or `RolloutFailed`.
    """

    def __init__(self, instance: str, launch: Launch, log: Callable[[str, str], None]) -> None:
        self.instance = instance
        self.endpoint: Endpoint | None = None
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.first.add_done_callback(
            lambda done: done.cancelled() or done.exception()
        )  # may go unread
        self._launch, self._log = launch, log
        self._ready_since = 0.0
        self._cores = launch.pick_cores()
        self._meter: Meter | None = None
        self._task = asyncio.create_task(self._keep_alive(), name=instance)

    async def stop(self) -> None:
        """Take no more calls, let those under way finish, end the process."""
        endpoint, self.endpoint = self.endpoint, None
        limit = time.monotonic() + self._launch.call_timeout
        while endpoint is not None and endpoint.inflight and time.monotonic() < limit:
            await asyncio.sleep(_POLL_SECONDS)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self.first.cancel()

    def usage(self) -> Usage:
        """What its process uses now."""
        return self._meter.usage() if self._meter is not None else Usage(0.0, 0)

    async def _keep_alive(self) -> None:
        delay, port_tries = _FIRST_DELAY, 0
        while True:
            reason = await self._live_once()
            if not self._ready_since and _is_port_taken(reason) and port_tries < _PORT_TRIES:
                port_tries += 1
                continue
            if not self.first.done():
                self.first.set_exception(RolloutFailed(reason))
            if self._ready_since and time.monotonic() - self._ready_since > _STEADY_SECONDS:
                delay = _FIRST_DELAY
            self._log(self.instance, f"replica ended: {reason}; starting again in {delay:g} s")
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY)

    async def _live_once(self) -> str:
        """Start the process and watch it to its end; gives the reason why it ended."""
        self._ready_since = 0.0
        lines: deque[str] = deque(maxlen=20)
        http, *others = free_ports(HOST, 4)
        try:
            process = await self._spawn(http, others)
        except OSError as fault:
            return f"the process cannot be started: {fault.strerror}"
        pump = asyncio.create_task(self._pump(process, lines))
        try:
            reason = await self._watched(process, http)
            await asyncio.wait({pump}, timeout=1.0)  # the last words may still be in the pipe
            return reason or last_words(list(lines), process.returncode)
        finally:
            self.endpoint = self._meter = None
            await self._end(process)
            pump.cancel()

    async def _spawn(self, http: int, others: list[int]) -> asyncio.subprocess.Process:
        names = ("WATCHER_PORT", "MESH_PORT", "METRICS_PORT")
        own = {name: str(port) for name, port in zip(names, others, strict=True)}
        own |= {"PORT": str(http), "HOST": HOST, "PARENT_FD": str(self._launch.parent)}
        own |= {"LOCK_FILE": str(self._launch.run / f"{self.instance}.lock")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "watcher"),
            cwd=self._launch.folder,
            env={**self._launch.env, **own},
            pass_fds=(self._launch.parent,),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the gateway, which drains its replicas
        )
        if self._cores:
            # Before it has a second thread: threads and children take over what their maker has.
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(process.pid, self._cores)
        return process

    async def _pump(self, process: asyncio.subprocess.Process, lines: deque[str]) -> None:
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(_LONGEST_LINE):
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                whole, rest = [*whole, rest], b""
            for raw in whole:
                self._keep(raw, lines)
        self._keep(rest, lines)

    def _keep(self, raw: bytes, lines: deque[str]) -> None:
        if text := raw.decode(errors="replace").rstrip():
            lines.append(text)
            self._log(self.instance, text)

    async def _watched(self, process: asyncio.subprocess.Process, port: int) -> str:
        """Watch it to its end, or until it is over its memory limit: then it is killed at once."""
        self._meter = Meter(process.pid)
        watch = asyncio.create_task(self._watch(process, port))
        try:
            while not watch.done():
                await asyncio.wait(
                    {watch}, timeout=_MEMORY_SECONDS if self._launch.memory else None
                )
                used = resident_bytes(process.pid) if self._launch.memory else 0
                if not watch.done() and used > (self._launch.memory or used):
                    _signal(process, signal.SIGKILL)
                    return (
                        f"it used {used >> 20} MiB, over its memory limit of "
                        f"{(self._launch.memory or 0) >> 20} MiB: raise limits.memory, or use less"
                    )
            return watch.result()
        finally:
            watch.cancel()

    async def _watch(self, process: asyncio.subprocess.Process, port: int) -> str:
        """Wait until ready, then until the end; gives our own reason, or none if it just ended."""
        limit = time.monotonic() + self._launch.load_timeout
        while await status_of(HOST, port, "/_/ready") != 200:
            if process.returncode is not None:
                return ""
            if time.monotonic() > limit:
                return (
                    f"not ready within {self._launch.load_timeout:g} s: "
                    "raise LOAD_TIMEOUT, or make the handler load faster"
                )
            await asyncio.sleep(_POLL_SECONDS)
        self._ready_since = time.monotonic()
        self.endpoint = Endpoint(f"http://{HOST}:{port}", self._launch.call_timeout)
        if not self.first.done():
            self.first.set_result(None)
        return await self._stay(process, port)

    async def _stay(self, process: asyncio.subprocess.Process, port: int) -> str:
        ended = asyncio.ensure_future(process.wait())
        sick = 0
        while sick < _UNHEALTHY_LIMIT:
            done, _ = await asyncio.wait({ended}, timeout=_HEALTH_SECONDS)
            if done:
                return ""
            sick = (
                0
                if await status_of(HOST, port, "/_/health", timeout=_HEALTH_SECONDS) == 200
                else sick + 1
            )
        ended.cancel()
        return f"unhealthy {_UNHEALTHY_LIMIT} times in a row"

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            _signal(process, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self._launch.stop_timeout)
                return


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Ask the watcher to end; a kill is for all that it started, too."""
    with contextlib.suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _is_port_taken(reason: str) -> bool:
    return os.strerror(98).lower() in reason.lower() or "in use" in reason.lower()
