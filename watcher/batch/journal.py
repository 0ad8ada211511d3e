"""What of a batch is done, in a file beside the result, so that a killed run can go on.

The first line says whose work it is; every other line is one file and its entry. A line is one
write, so all that a kill can leave is a last line that is cut.
"""

import contextlib
import fcntl
import os
import stat
from pathlib import Path

import msgspec

from watcher.errors import BrokenJournal

from .data import Content, DataFile
from .entry import Entry

SUFFIX = ".journal"


class _Head(msgspec.Struct):
    """The first line."""

    run: str


class _Line(msgspec.Struct):
    """A file that is done: what it was like, and its entry."""

    key: str
    size: int
    mtime_ns: int
    entry: dict[str, object]


class Journal:
    """The journal of one run.

    Attributes:
        path: of the file.
        is_stale: whether it was another function's or another folder's, and was begun anew.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file for this process alone; what is in it is read by `begin`.

        Args:
            path: where; made when it is not there.

        Raises:
            BrokenJournal: it cannot be written, is not this user's, or another run is at it.
        """
        self.path = path
        self.is_stale = False
        self._done: dict[str, _Line] = {}
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, 0o600)
            state = os.fstat(self._descriptor)
            # A folder for all, as /tmp is, may hold what somebody else wrote there beforehand.
            if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid():
                raise BrokenJournal(f"{path} is not a file of this user's; set RESULT_FILE")
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BrokenJournal(
                f"another run is writing {path}; wait for it, or set another RESULT_FILE"
            ) from None
        except OSError as error:
            raise self._cannot("write", error) from None

    def begin(self, run: str) -> int:
        """Takes over what an earlier run has done.

        Args:
            run: what must be alike for that: the function's and the folder's digest.

        Returns:
            How many files are done.

        Raises:
            BrokenJournal: the file cannot be read or written.
        """
        try:
            content = self._read()
            whole = content[: content.rfind(b"\n") + 1]
            first, _, rest = whole.partition(b"\n")
            if first == msgspec.json.encode(_Head(run)):
                os.ftruncate(self._descriptor, len(whole))
                self._done = {line.key: line for line in map(_parse, rest.splitlines()) if line}
                return len(self._done)
            self.is_stale = bool(first)
            os.ftruncate(self._descriptor, 0)
        except OSError as error:
            raise self._cannot("read", error) from None
        self._append(msgspec.json.encode(_Head(run)))
        return 0

    def entry_of(self, file: DataFile) -> Entry | None:
        """The entry of a file that an earlier run has done.

        Args:
            file: which.

        Returns:
            Its entry; None when it is not done, or has changed since.
        """
        line = self._done.pop(file.key, None)  # asked once, and the entry need not be kept twice
        if line is None:
            return None
        try:
            state = file.path.stat()
        except OSError:
            return None
        alike = (state.st_size, state.st_mtime_ns) == (line.size, line.mtime_ns)
        return line.entry if alike else None

    def add(self, file: DataFile, content: Content, entry: Entry) -> None:
        """Writes down that a file is done.

        Args:
            file: which.
            content: what it was like.
            entry: of it.

        Raises:
            BrokenJournal: the file cannot be written.
        """
        line = _Line(file.key, content.size, content.mtime_ns, entry)
        self._append(msgspec.json.encode(line))

    def close(self) -> None:
        """Leaves the file for a later run, if anything is in it."""
        if os.fstat(self._descriptor).st_size == 0:
            self.remove()
        else:
            os.close(self._descriptor)

    def remove(self) -> None:
        """Takes the file away: all is done. One that stays behind only costs its room."""
        with contextlib.suppress(OSError):
            self.path.unlink()
        os.close(self._descriptor)

    def _read(self) -> bytes:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._descriptor), "rb") as opened:
            return opened.read()

    def _append(self, line: bytes) -> None:
        try:
            written = os.write(self._descriptor, line + b"\n")
        except OSError as error:
            raise self._cannot("write", error) from None
        if written != len(line) + 1:
            raise BrokenJournal(f"cannot write {self.path}: the disk is full; make room, run again")

    def _cannot(self, verb: str, error: OSError) -> BrokenJournal:
        return BrokenJournal(
            f"cannot {verb} {self.path}: {error.strerror}; set RESULT_FILE to where it can be"
        )


def _parse(line: bytes) -> _Line | None:
    try:
        return msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None  # cut or damaged: that file is done again
