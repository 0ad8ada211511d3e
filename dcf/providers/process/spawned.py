"""One supervised program: its output read line by line, and the end of all of it made sure of.

Between it and us is `supervisor.py`, which ends with it whatever it left behind.
"""

import asyncio
import contextlib
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..exit_reason import exit_cause, exit_reason
from . import supervisor
from .leftovers import end_marked
from .oom_kills import oom_kills

_LOOK_SECONDS = 0.5
_LONGEST_LINE = 1 << 16
# As many as the interpreter may write of where it was when it was killed.
_LAST_LINES, _LONGEST_KEPT = 120, 8192
_AT_THE_END_SECONDS = 2.0
_KILL_SECONDS = supervisor.KILL_SECONDS + 2.0


@dataclass(frozen=True)
class Command:
    """What is started.

    Attributes:
        module: Run as `python -m`, without the working folder on its path.
        folder: Where it works.
        env: All of its environment.
        parent: The read end of a pipe, which it inherits and that closes when we end.
        grace: Seconds that it then has to end by itself.
        cores: Those it is kept to; none for no limit.
        mark: A file that is there while any of its processes may be; see `leftovers.py`.
        fence: What it is shut out of, a plan of `fence.py`; empty for nothing.
    """

    module: str
    folder: Path
    env: Mapping[str, str]
    parent: int
    grace: float
    cores: Collection[int]
    mark: Path
    fence: str = ""


class Spawned:
    """A running program, with its supervisor.

    Attributes:
        pid: The supervisor's process id.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, command: Command, log: Callable[[str], None]
    ) -> None:
        self.pid, self._oom_kills = process.pid, oom_kills()
        self._process, self._log = process, log
        self._mark, self._folder = command.mark, command.folder
        self._lines: deque[tuple[float, str]] = deque(maxlen=_LAST_LINES)  # when each came
        self._pump = asyncio.create_task(self._read())
        self._exit = asyncio.create_task(process.wait())

    @classmethod
    async def start(cls, command: Command, log: Callable[[str], None]) -> "Spawned":
        """Start it; `log` takes each line it writes. Raises `OSError`."""
        try:
            process = await asyncio.create_subprocess_exec(
                # The supervisor sees nothing of the function, neither variables nor packages.
                *(sys.executable, "-I", "-S", supervisor.__file__, str(command.mark)),
                *(str(command.parent), f"{command.grace:g}", ",".join(map(str, command.cores))),
                command.fence,
                *(sys.executable, "-P", "-m", command.module),
                cwd=command.folder,
                env=command.env,
                pass_fds=(command.parent,),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the gateway, which drains its replicas
            )
        except asyncio.CancelledError:
            # asyncio has killed the supervisor: what that had started by then is known by its mark.
            await asyncio.to_thread(end_marked, command.mark, has_ended=True)
            raise
        return cls(process, command, log)

    @property
    def has_ended(self) -> bool:
        """Tell whether it is no more."""
        return self._process.returncode is not None

    async def ended(self) -> None:
        """Wait for its end."""
        while not self.has_ended:
            # Told at once, unless somebody else still holds its output: so look, too.
            await asyncio.wait({self._exit}, timeout=_LOOK_SECONDS)

    async def why(self, *, was_ready: bool) -> tuple[str, str]:
        """The cause of its end, and the reason in one line, once it has ended."""
        about_now = time.monotonic() - _AT_THE_END_SECONDS
        await asyncio.wait({self._pump}, timeout=1.0)
        code, now = self._process.returncode, oom_kills()
        ooms = None if now is None or self._oom_kills is None else now - self._oom_kills
        return exit_cause(code, ooms), exit_reason(
            [text for _, text in self._lines],
            code,
            was_ready=was_ready,
            ended_with=sum(came >= about_now for came, _ in self._lines),
            folder=self._folder,
            oom_kills=ooms,
        )

    def kill(self) -> None:
        """Kill it and all it started."""
        self._signal(supervisor.KILL)

    async def _ended_within(self, seconds: float) -> None:
        """Wait for its end, but no longer.

        Not by `asyncio.wait_for`: before Python 3.12 it loses a cancellation that comes then.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ended()

    async def end(self, seconds: float) -> None:
        """End it, kindly at first: so long it has to finish what it does."""
        try:
            self._signal(signal.SIGTERM)
            await self._ended_within(seconds)
            self.kill()
            await self._ended_within(_KILL_SECONDS)
        finally:
            if not self.has_ended:  # it is stopped, say, by what it looks after
                self._signal(signal.SIGKILL)
        await self.ended()
        if self._mark.exists():
            await asyncio.to_thread(end_marked, self._mark, has_ended=True)
        await asyncio.wait({self._pump}, timeout=1.0)
        for task in (self._pump, self._exit):
            task.cancel()

    def _signal(self, number: int) -> None:
        if not self.has_ended:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while chunk := await self._process.stdout.read(_LONGEST_LINE):
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                whole, rest = [*whole, rest], b""
            for raw in whole:
                self._keep(raw)
        self._keep(rest)

    def _keep(self, raw: bytes) -> None:
        if text := raw.decode(errors="replace").rstrip():
            self._lines.append((time.monotonic(), text[:_LONGEST_KEPT]))
            self._log(text)
