"""A program under measurement: started with an environment of its own, ended by its process id."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from benchmarks.harness.accounting import family
from benchmarks.harness.environment import python_environment, scratch
from benchmarks.harness.errors import BenchmarkError

_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.002


class Program:
    """One process and its descendants.

    Args:
        command: Program and arguments.
        environ: What it gets on top of the environment of every program.
        folder: Where it works; removed when it has ended. A new one when None.
        piped: Whether input and output are pipes; the log has what goes to stderr then.
    """

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        folder: "tempfile.TemporaryDirectory[str] | None" = None,
        *,
        piped: bool = False,
    ) -> None:
        self.name = Path(command[0]).name + " " + " ".join(command[1:4])
        self._folder = folder or scratch()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        self._process = subprocess.Popen(
            list(command),
            env={**python_environment(), "PYTHONUNBUFFERED": "1", **environ},
            cwd=self._folder.name,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else self._log,
            stderr=self._log,
            text=True,
            start_new_session=True,  # Ctrl-C is for the benchmark, which ends what it started
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    @property
    def last_line(self) -> str:
        """The last line it has written."""
        return last_line(self.log)

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
        self._folder.cleanup()


def last_line(log: str) -> str:
    """The last line of a log."""
    return (log.strip().splitlines() or ["nothing was written"])[-1]


def _kill(pid: int, session: int) -> None:
    """Kills a descendant that was left; the session proves that the id is still its own."""
    with contextlib.suppress(ProcessLookupError):
        if os.getsid(pid) == session:
            os.kill(pid, signal.SIGKILL)
