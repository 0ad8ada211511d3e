"""A lock that a process holds on a file, and that goes with the process however it ends."""

import fcntl
import os
from pathlib import Path
from typing import Self


class FileLock:
    """A lock of the whole file, by ``flock``.

    A program that is started with its descriptor holds it, too: it is free when both have ended.

    Args:
        file: The file; it is made, and stays.
        shared: Whether others may hold it at the same time, who share it as well.
    """

    def __init__(self, file: Path, *, shared: bool = False) -> None:
        self._file = file
        self._kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._descriptor = -1

    def try_take(self) -> bool:
        """Takes the lock unless somebody has it; says whether it was free."""
        return self._take(self._kind | fcntl.LOCK_NB)

    def take(self) -> None:
        """Waits for the lock."""
        self._take(self._kind)

    def release(self) -> None:
        """Gives the lock back; a program that was started with it may still hold it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def fileno(self) -> int:
        """The descriptor, for a program that is to hold the lock as well."""
        return self._descriptor

    def __enter__(self) -> Self:
        if self._descriptor < 0:  # not yet taken by `try_take`
            self.take()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.release()

    def _take(self, how: int) -> bool:
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True
