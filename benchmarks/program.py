"""A program under measurement: started with an environment of its own, ended by its process id."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.accounting import family
from benchmarks.errors import BenchmarkError

ROOT = Path(__file__).parents[1]
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.002


def plain_environment() -> dict[str, str]:
    """The few variables every program gets, so that this shell's settings measure nothing."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


class Program:
    """One process and its descendants.

    Args:
        command: Program and arguments.
        environ: What it gets on top of the plain environment.
        folder: Where it works.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self.name = Path(command[0]).name + " " + " ".join(command[1:4])
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._process = subprocess.Popen(  # pylint: disable=consider-using-with # ended by stop()
            list(command),
            env={**plain_environment(), **environ},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the benchmark, which ends what it started
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """What it has written so far."""
        with os.fdopen(os.dup(self._log.fileno()), "rb") as log:
            return os.pread(log.fileno(), 1 << 20, 0).decode(errors="replace")

    @property
    def last_line(self) -> str:
        """The last line it has written."""
        return (self.log.strip().splitlines() or ["nothing was written"])[-1]

    def wait(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits until something about it is so.

        Raises:
            BenchmarkError: It ended, or the time is over; the message has its last line.
        """
        limit = time.monotonic() + seconds
        while not ready():
            if not self.alive or time.monotonic() > limit:
                what = "is not ready" if self.alive else "ended"
                raise BenchmarkError(f"{self.name} {what}: {self.last_line}")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Ends it: asks first, and kills it and its descendants when it does not listen."""
        if self._log.closed:
            return
        members = family(self.pid)
        if self.alive:
            self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid in members[1:]:
            _kill(pid, self.pid)
        self._log.close()


def _kill(pid: int, session: int) -> None:
    """Kills a descendant that was left; the session proves that the id is still its own."""
    with contextlib.suppress(ProcessLookupError):
        if os.getsid(pid) == session:
            os.kill(pid, signal.SIGKILL)
