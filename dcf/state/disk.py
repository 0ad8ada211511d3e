"""What a failing disk says, as one line: the one place where its errors become ours.

Where the gateway keeps its state, `writing` stands around it. `storage_fault` is for who finds such
an error later, inside another one.
"""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator

from ..errors import StorageFailed, StorageFull

_ROOM = "make room where the gateway keeps its state, then try again"
_FULL = {
    errno.ENOSPC: f"the gateway's disk is full: {_ROOM}",
    errno.EDQUOT: f"the gateway's disk quota is used up: {_ROOM}",
    errno.EFBIG: "the file would be larger than the gateway may write: raise its limit (ulimit -f)",
}
_READ_ONLY = "the gateway's disk is read-only: mend and mount it for writing, then try again"
_BROKEN = "the gateway's disk reports an error: look at its machine's log"
_FAILED = {errno.EROFS: _READ_ONLY, errno.EIO: _BROKEN}
# The gateway's own folder is not as it was left; where it is, is nobody's business on the wire.
_CHANGED = frozenset(
    (errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ESTALE)
)


@contextlib.contextmanager
def writing(what: str) -> Iterator[None]:
    """Around what reads or writes the gateway's state.

    Args:
        what: That is kept, for people; the message begins with it.

    Raises:
        StorageFull: There is no room.
        StorageFailed: The disk or the folder failed in another way.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as fault:
        known = storage_fault(fault, what)
        if known is None:
            raise
        raise known from fault


def storage_fault(fault: BaseException | None, what: str) -> StorageFailed | None:
    """The fault of a disk that is one, or that is a cause of it, as ours; else None."""
    while fault is not None:
        if isinstance(fault, StorageFailed):
            return fault
        number = fault.errno if isinstance(fault, OSError) else None
        if isinstance(fault, sqlite3.Error):
            return _of_sqlite(fault, what)
        if number in _FULL:
            return StorageFull(f"{what} cannot be kept: {_FULL[number]}")
        if number in _FAILED:
            return StorageFailed(f"{what} cannot be kept: {_FAILED[number]}")
        if number in _CHANGED:
            return StorageFailed(
                f"{what} cannot be kept: the gateway's state folder cannot be used "
                f"({os.strerror(number)}): see its owner, mode and content"
            )
        fault = fault.__cause__
    return None


def _of_sqlite(fault: sqlite3.Error, what: str) -> StorageFailed:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(f"{what} cannot be kept: {_FULL[errno.ENOSPC]}")
    words = {sqlite3.SQLITE_READONLY: _READ_ONLY, sqlite3.SQLITE_IOERR: _BROKEN}.get(code)
    return StorageFailed(f"{what} cannot be kept: {words or f'its database says: {fault}'}")
