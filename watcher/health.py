"""Whether this process should get calls: its state, and the lock file that platforms look at."""

import contextlib
import os
import threading
import time
from enum import IntEnum
from pathlib import Path

from .errors import StartError
from .runner import Runner

_NO_LOCK = "the lock file was removed"


class LockFile:
    """An empty file that exists exactly while the function is ready."""

    def __init__(self, path: Path) -> None:
        """Takes the file's path; nothing is touched yet."""
        self.path = path
        self._identity: tuple[int, ...] | None = None

    def clear(self) -> None:
        """Removes what an earlier process left: a probe would read it as readiness.

        Raises:
            StartError: it cannot be removed.
        """
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            # On a read-only system the removal of nothing fails, too: it is the writing that will.
            verb = "remove" if os.path.lexists(self.path) else "write"
            raise StartError(f"{self._cannot(verb)}: {error.strerror}") from None

    def create(self) -> None:
        """Makes the file appear, whole, in place of whatever is there.

        Raises:
            StartError: it cannot be written.
        """
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            # O_EXCL follows no link that someone else put there; the rename replaces one.
            handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o660)
            state = os.fstat(handle)
            os.close(handle)
            draft.replace(self.path)
        except OSError as error:
            raise StartError(f"{self._cannot('write')}: {error.strerror}") from None
        self._identity = _identity(state)

    def present(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    def remove(self) -> None:
        """Removes the file if it is still the one made here, not a later process's."""
        with contextlib.suppress(OSError):
            if _identity(self.path.lstat()) == self._identity:
                self.path.unlink()
        self._identity = None

    def _cannot(self, verb: str) -> str:
        return (
            f"cannot {verb} the lock file {self.path}; mount a folder there that can be written "
            f"(docker: --tmpfs {self.path.parent}), or set LOCK_FILE to a path in one"
        )


class NoLock(LockFile):
    """In place of the file where nobody looks for one."""

    def __init__(self) -> None:
        """Takes no path."""
        super().__init__(Path(os.devnull))

    def clear(self) -> None:
        """Removes nothing."""

    def create(self) -> None:
        """Makes nothing."""

    def present(self) -> bool:
        """Yes, as nobody can have taken it away."""
        return True

    def remove(self) -> None:
        """Removes nothing."""


def _identity(state: os.stat_result) -> tuple[int, ...]:
    """What tells one file from the next; the time is in it as numbers of files are used again."""
    return state.st_dev, state.st_ino, state.st_mtime_ns


class Stage(IntEnum):
    """Where a process is in its life; it only ever goes down this list."""

    STARTING = 0
    READY = 1
    WITHDRAWN = 2
    """The probes say no; calls are still answered."""
    DRAINING = 3
    """Calls that come now are refused."""


class Health:
    """Starting, ready, withdrawn, draining: what the probes are told.

    The lock file is there in the stage READY alone. Both change under one lock, because several
    threads bring the stages about: one opens the ports, another hears the signal.
    """

    def __init__(self, runner: Runner, lock: LockFile) -> None:
        """Begins as not ready."""
        self._runner = runner
        self._lock = lock
        self._stage = Stage.STARTING
        self._drained_from: float | None = None
        # A signal's handler may come in the middle of a change made by the very same thread.
        self._changing = threading.RLock()

    @property
    def stage(self) -> Stage:
        """Where the process is now."""
        return self._stage

    def open(self) -> bool:
        """From now on calls are welcome; the lock file appears. Not once the end has begun.

        Returns:
            Whether it is so.

        Raises:
            StartError: the lock file cannot be written.
        """
        with self._changing:
            if self._stage is Stage.STARTING:
                self._lock.create()
                self._stage = max(self._stage, Stage.READY)
                if self._stage is not Stage.READY:
                    self._lock.remove()
            return self._stage is Stage.READY

    def withdraw(self) -> None:
        """From now on probes say no and the lock file is gone; calls are still answered."""
        self._end(Stage.WITHDRAWN)

    def drain(self) -> None:
        """From now on no new calls either."""
        with self._changing:
            if self._drained_from is None:
                self._drained_from = time.monotonic()
            self._end(Stage.DRAINING)

    def _end(self, stage: Stage) -> None:
        with self._changing:
            self._stage = max(self._stage, stage)
            self._lock.remove()

    def accepts(self, since: float) -> bool:
        """Whether a call is answered.

        Args:
            since: time.monotonic() of its first byte; what began before the drain still counts.
        """
        return self._drained_from is None or since <= self._drained_from

    def live(self) -> tuple[int, str]:
        """What /_/health answers: a status and a word."""
        stage = self._stage
        if stage >= Stage.WITHDRAWN:
            return 503, "draining"
        if self._runner.stuck:
            return 503, "every slot is stuck beyond EXEC_TIMEOUT"
        if stage is Stage.READY and not self._lock.present():
            return 503, _NO_LOCK
        return 200, "OK"

    def ready(self) -> tuple[int, str]:
        """What /_/ready answers: a status and a word."""
        if self._stage is Stage.STARTING:
            return 503, "starting"
        status, word = self.live()  # who is not well is not ready either
        if status != 200:
            return status, word
        if self._runner.full:
            return 429, "full"
        return 200, ""
