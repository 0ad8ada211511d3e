"""Where Optuna keeps the trials: a journal of JSON lines, or SQLite. Neither is ever unpickled."""

import os
from pathlib import Path

from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend

from ..file_lock import FileLock
from .errors import BadStudy
from .place import Place


def open_storage(place: Place) -> BaseStorage:
    """Opens it; an empty one is made.

    Args:
        place: Where it lies.

    Raises:
        BadStudy: It is damaged, or of another release of Optuna.
    """
    try:
        if place.is_sqlite:
            return RDBStorage(
                f"sqlite:///{place.database}", engine_kwargs={"connect_args": {"timeout": 60}}
            )
        lock = _JournalLock(place.database)
        lock.acquire()  # mends the end that a full disk left
        lock.release()
        return JournalStorage(JournalFileBackend(str(place.database), lock_obj=lock))
    except OSError:
        raise
    except Exception as error:  # pylint: disable=broad-exception-caught # whatever the bytes provoke
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise BadStudy(
            f"{place.database} is no study that this release of Optuna reads: it is damaged, or a "
            f"newer one wrote it ({said}); name another with --study"
        ) from error


class _JournalLock:
    """Optuna's own lock stays where its owner is killed; this one goes with its owner."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = FileLock(file.with_name(f"{file.name}.lock"))

    def acquire(self) -> bool:
        """Waits for the lock; takes away half a line, which was never a record."""
        self._lock.take()
        _cut_torn_line(self._file)
        return True

    def release(self) -> None:
        """Gives it back."""
        self._lock.release()


def _cut_torn_line(file: Path) -> None:
    if not file.exists():
        return
    with file.open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        if end == 0:
            return
        stream.seek(end - 1)
        if stream.read(1) == b"\n":
            return
        stream.seek(0)
        stream.truncate(stream.read().rfind(b"\n") + 1)
