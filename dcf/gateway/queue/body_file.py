"""One body on its way into a file; what a full disk refuses may wait in memory for a while."""

import errno
import os
import threading
from pathlib import Path
from typing import IO

from ...state.flush import flush_folder


class Spare:
    """Memory for pieces of answers that the disk refused, shared by all of them."""

    def __init__(self, most: int) -> None:
        self.left = most
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Take room, if there is any."""
        with self._lock:
            if size > self.left:
                return False
            self.left -= size
            return True

    def give(self, size: int) -> None:
        """Give it back."""
        with self._lock:
            self.left += size


class LostBodyError(OSError):
    """A body of which a part is neither on disk nor in memory: trying again is of no use."""


class BodyFile:
    """A new file; whoever gives it up may do so while a thread still writes."""

    def __init__(self, path: Path, spare: Spare) -> None:
        self._path, self._spare = path, spare
        self._file: IO[bytes] | None = None
        self._rest = bytearray()
        self._taken = 0
        self._lock = threading.Lock()
        self._is_gone = False

    def write(self, piece: bytes | bytearray) -> int:
        """Append a piece, gives its size; raises `LostBodyError` when nothing has room for it."""
        with self._lock:
            self._rest += piece
            try:
                self._write_rest()
            except OSError as fault:
                if not self._spare.take(len(self._rest) - self._taken):
                    raise LostBodyError(fault.errno, fault.strerror) from fault
                self._taken = len(self._rest)
        return len(piece)

    def finish(self) -> None:
        """Onto the disk, name and all, before the database speaks of it.

        Raises:
            OSError: Not now.
            LostBodyError: Never.
        """
        with self._lock:
            file = self._write_rest()
            try:
                os.fsync(file.fileno())
            except OSError as fault:  # what it could not write is forgotten: a second try lies
                raise LostBodyError(fault.errno, fault.strerror) from fault
            flush_folder(self._path.parent)
            file.close()

    def give_up(self) -> None:
        """Forget it all."""
        with self._lock:
            self._is_gone = True
            self._give_back(0)
            if self._file is not None:
                self._file.close()
                self._path.unlink(missing_ok=True)

    def _write_rest(self) -> IO[bytes]:
        if self._is_gone:
            raise LostBodyError(errno.ENOENT, "given up")
        if self._file is None:
            self._file = self._path.open("xb", buffering=0)
        try:
            while self._rest:
                del self._rest[: self._file.write(self._rest)]
        finally:
            self._give_back(len(self._rest))
        return self._file

    def _give_back(self, still: int) -> None:
        if self._taken > still:
            self._spare.give(self._taken - still)
            self._taken = still
