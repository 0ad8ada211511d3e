"""The folder where a gateway keeps its state, claimed by one gateway at a time.

lock            held while a gateway runs, with its process id
functions.db    what is deployed
archives/       code as it was uploaded, named by sha256
code/           the same, unpacked once
attached/       attachments among them, unpacked once, read-only
overlays/       installed requirements, named by digest
secrets/        one file each, for the owner's eyes alone
logs/           what functions wrote
data/           a folder each, in which a function keeps what it likes; not part of a backup;
                NAME.deleted while a function is being deleted
run/            of running replicas: lock files, marks, secrets
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ...errors import CannotStart
from .privacy import check_parents, tighten


class StateDir:
    """The claimed folder: made by `claim`, given back by `release` or the end of the process."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path, self._lock = path, lock
        self.database = path / "functions.db"
        self.archives = path / "archives"
        self.code = path / "code"
        self.attached = path / "attached"
        self.overlays = path / "overlays"
        self.logs = path / "logs"
        self.data = path / "data"
        self.run = path / "run"
        self.secrets = path / "secrets"
        self.mounts = self.run / "secrets"

    @classmethod
    def claim(cls, path: Path) -> "StateDir":
        """Take the folder for this process, for its owner's eyes alone from now on.

        Raises:
            CannotStart: Another gateway has it, others could change it, or it cannot be used.
        """
        path = path.expanduser().absolute()
        with _usable(path):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            check_parents(path)
            tighten(path)
            lock = (path / "lock").open("a+", encoding="utf-8")
        home = cls(path, lock)
        try:
            home._hold()
            home._prepare()
        except BaseException:
            lock.close()
            raise
        return home

    def _hold(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "unknown"
            raise CannotStart(
                f"state folder {self.path} is in use by another gateway (process {holder}): "
                "stop it, or set DCF_HOME"
            ) from fault
        with _usable(self.path / "lock"):
            self._lock.truncate(0)
            self._lock.write(f"{os.getpid()}\n")
            self._lock.flush()

    def _prepare(self) -> None:
        """Make what is missing and take from others what they could do before."""
        unpacked = self.code, self.attached, self.overlays
        for folder in (self.archives, *unpacked, self.logs, self.data, self.run, self.secrets):
            with _usable(folder):
                folder.mkdir(exist_ok=True, mode=0o700)
                tighten(folder)
        for secret in self.secrets.iterdir():
            if secret.is_file() and not secret.is_symlink():
                with _usable(secret):
                    tighten(secret)

    def release(self) -> None:
        """Let another gateway have it."""
        self._lock.close()

    def __enter__(self) -> "StateDir":
        return self

    def __exit__(self, *_failure: object) -> None:
        self.release()


@contextlib.contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Around the use of a path: what goes wrong is one line that names it."""
    try:
        yield
    except FileExistsError as fault:
        raise CannotStart(f"{path} is no folder: move it away, or set DCF_HOME") from fault
    except OSError as fault:
        raise CannotStart(f"{path} cannot be used ({fault.strerror}): set DCF_HOME") from fault
