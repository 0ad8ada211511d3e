"""One child process: its output read line by line, its end made sure of, and of what it started."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from dcf.providers.last_words import last_words

_LOOK_SECONDS = 0.5
_LONGEST_LINE = 1 << 16
_LAST_LINES = 20


@dataclass(frozen=True)
class Command:
    """What is started.

    Attributes:
        module: Run as `python -m`, without the working folder on its path.
        folder: Where it works.
        env: All of its environment.
        parent: A file descriptor it inherits.
        cores: Those it is kept to; none for no limit.
    """

    module: str
    folder: Path
    env: Mapping[str, str]
    parent: int
    cores: Collection[int]


class Spawned:
    """A running process.

    Attributes:
        pid: Its process id, and that of its group.
    """

    def __init__(self, process: asyncio.subprocess.Process, log: Callable[[str], None]) -> None:
        self.pid = process.pid
        self._process, self._log = process, log
        self._lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._pump = asyncio.create_task(self._read())
        self._exit = asyncio.create_task(process.wait())

    @classmethod
    async def start(cls, command: Command, log: Callable[[str], None]) -> "Spawned":
        """Start it; `log` takes each line it writes. Raises `OSError`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", command.module),
            cwd=command.folder,
            env=command.env,
            pass_fds=(command.parent,),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the gateway, which drains its replicas
        )
        if command.cores:
            # Before it has a second thread: threads and children take over what their maker has.
            with contextlib.suppress(OSError):
                os.sched_setaffinity(process.pid, command.cores)
        return cls(process, log)

    @property
    def has_ended(self) -> bool:
        """Tell whether it is no more."""
        return self._process.returncode is not None

    async def ended(self) -> None:
        """Wait for its end."""
        while not self.has_ended:
            # Told at once, unless somebody else still holds its output: so look, too.
            await asyncio.wait({self._exit}, timeout=_LOOK_SECONDS)

    async def why(self) -> str:
        """The reason of its end in one line, once it has ended."""
        self.kill()  # whoever it left behind holds its output
        await asyncio.wait({self._pump}, timeout=1.0)
        return last_words(list(self._lines), self._process.returncode)

    def kill(self) -> None:
        """Kill it and all it started; the number of a group is not reused while it has a member."""
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)

    async def end(self, seconds: float) -> None:
        """End it, kindly at first: so long it has to finish what it does."""
        try:
            if not self.has_ended:
                with contextlib.suppress(ProcessLookupError):
                    self._process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.ended(), seconds)
        finally:
            self.kill()
        await self.ended()
        await asyncio.wait({self._pump}, timeout=1.0)
        for task in (self._pump, self._exit):
            task.cancel()

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
            self._lines.append(text)
            self._log(text)
