"""What of a batch is done, in a file beside the result, so that a killed run can go on.

The first line says whose work it is. Of the others, one says that a file was begun, and a later one
that it is done, with its entry. A line is one write: all that a kill can leave is a cut last line.
"""

import contextlib
import fcntl
import os
import stat
from pathlib import Path

import msgspec

from ..errors import BrokenJournal
from .data import Content, DataFile
from .entry import Entry

SUFFIX = ".journal"


class _Head(msgspec.Struct):
    """The first line."""

    run: str


class _Line(msgspec.Struct, omit_defaults=True):
    """A file and what it was like: done if it has an entry, else begun, alone or not."""

    key: str
    size: int
    mtime_ns: int
    entry: dict[str, object] | None = None
    alone: bool = False

    @property
    def state(self) -> tuple[str, int, int]:
        """What must be alike for a line to be about a file."""
        return self.key, self.size, self.mtime_ns


_State = tuple[str, int, int]
_PARDON = _Line("", 0, 0)


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
        self._done: dict[_State, Entry] = {}
        self._deaths: dict[_State, int] = {}
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

    def begin(self, run: str) -> None:
        """Takes over what an earlier run has done.

        Args:
            run: what must be alike for that: the function's and the folder's digest.

        Raises:
            BrokenJournal: the file cannot be read or written.
        """
        try:
            content = self._read()
            whole = content[: content.rfind(b"\n") + 1]
            first, _, rest = whole.partition(b"\n")
            if first == msgspec.json.encode(_Head(run)):
                os.ftruncate(self._descriptor, len(whole))
                self._take_over(rest)
                return
            self.is_stale = bool(first)
            os.ftruncate(self._descriptor, 0)
        except OSError as error:
            raise self._cannot("read", error) from None
        self._append(msgspec.json.encode(_Head(run)))

    def entry_of(self, file: DataFile) -> Entry | None:
        """The entry of a file that an earlier run has done.

        Args:
            file: which.

        Returns:
            Its entry; None when it is not done, or has changed since.
        """
        state = _state_of(file)
        return None if state is None else self._done.get(state)

    def deaths(self, file: DataFile) -> int | None:
        """How often a process has died on a file.

        Args:
            file: which.

        Returns:
            How often while nothing else ran; None when it never was begun without being done.
        """
        state = _state_of(file)
        return None if state is None else self._deaths.get(state)

    def begun(self, file: DataFile, content: Content, *, alone: bool) -> None:
        """Writes down that a file goes to the handler now.

        Args:
            file: which.
            content: what it was like.
            alone: whether no other is at the handler.

        Raises:
            BrokenJournal: the file cannot be written.
        """
        line = _Line(file.key, content.size, content.mtime_ns, alone=alone)
        self._append(msgspec.json.encode(line))

    def pardon(self) -> None:
        """Writes down that this process is about to be ended: no file is to blame for that.

        Raises:
            BrokenJournal: the file cannot be written.
        """
        self._append(msgspec.json.encode(_PARDON))

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

    def _take_over(self, lines: bytes) -> None:
        for line in filter(None, map(_parse, lines.splitlines())):
            if line == _PARDON:
                self._deaths.clear()
            elif line.entry is None:
                self._deaths[line.state] = self._deaths.get(line.state, 0) + line.alone
            else:
                self._done[line.state] = line.entry
                self._deaths.pop(line.state, None)

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


def _state_of(file: DataFile) -> _State | None:
    try:
        state = file.path.stat()
    except OSError:
        return None
    return file.key, state.st_size, state.st_mtime_ns


def _parse(line: bytes) -> _Line | None:
    try:
        return msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None  # cut or damaged: that file is done again
