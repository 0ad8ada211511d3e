"""The folder where a gateway keeps its state, claimed by one gateway at a time.

lock            held while a gateway runs, with its process id
functions.db    what is deployed
archives/       code as it was uploaded, named by sha256
code/           the same, unpacked once
overlays/       installed requirements, named by digest
secrets/        one file each, for the owner's eyes alone
logs/           what functions wrote
run/            of running replicas: lock files, marks, secrets
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import IO

from dcf.errors import CannotStart


class Home:
    """The claimed folder: made by `claim`, given back by `release` or the end of the process."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path, self._lock = path, lock
        self.database = path / "functions.db"
        self.archives = path / "archives"
        self.code = path / "code"
        self.overlays = path / "overlays"
        self.logs = path / "logs"
        self.run = path / "run"
        self.secrets = path / "secrets"
        self.mounts = self.run / "secrets"
        self.secrets.mkdir(exist_ok=True)
        self.secrets.chmod(0o700)
        for folder in (self.archives, self.code, self.overlays, self.logs, self.run):
            folder.mkdir(exist_ok=True)

    @classmethod
    def claim(cls, path: Path) -> "Home":
        """Take the folder for this process; raises `CannotStart` when another gateway has it."""
        path = path.expanduser().absolute()
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (path / "lock").open("a+", encoding="utf-8")
        except OSError as fault:
            raise CannotStart(
                f"state folder {path} cannot be used ({fault.strerror}): set DCF_HOME"
            ) from fault
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise CannotStart(
                f"state folder {path} is in use by another gateway (process {holder}): "
                "stop it, or set DCF_HOME"
            ) from fault
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        return cls(path, lock)

    def release(self) -> None:
        """Let another gateway have it."""
        self._lock.close()

    def __enter__(self) -> "Home":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
