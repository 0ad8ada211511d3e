"""A small file beside a database: which one it is, and how many changes it has at least.

It is written over after every change, without a flush: the end of a process takes nothing from it,
and after a power cut it may know of fewer changes than there are, never of more.
"""

import contextlib
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

_FORM = re.compile(rb"dcf-state 1 ([0-9a-f]{32}) ([0-9]{20}) ([0-9a-f]{8})\n")


@dataclass(frozen=True)
class Mark:
    """What is known of a database without looking into it.

    Attributes:
        identity: Of this database, at random.
        changes: Transactions that it has at least.
    """

    identity: str
    changes: int


def marker_path(database: Path) -> Path:
    """Where a database's marker is."""
    return database.with_name(database.name + "-mark")


def read_mark(database: Path) -> Mark | None:
    """What is known of a database; None when nothing is, or nothing that can be read."""
    try:
        found = _FORM.fullmatch(marker_path(database).read_bytes())
    except FileNotFoundError:
        return None
    if found is None or _bytes(mark := Mark(found[1].decode(), int(found[2]))) != found[0]:
        return None
    return mark


class Marker:
    """An open marker."""

    def __init__(self, database: Path) -> None:
        self._file = os.open(marker_path(database), os.O_RDWR | os.O_CREAT, 0o600)

    def write(self, mark: Mark) -> None:
        """Write over what it said; where even that has no room, it goes on knowing less."""
        with contextlib.suppress(OSError):
            os.pwrite(self._file, _bytes(mark), 0)

    def flush(self) -> None:
        """Onto the disk."""
        with contextlib.suppress(OSError):
            os.fsync(self._file)

    def close(self) -> None:
        """Flush and close it."""
        self.flush()
        os.close(self._file)


def _bytes(mark: Mark) -> bytes:
    said = f"dcf-state 1 {mark.identity} {mark.changes:020d}"
    return f"{said} {zlib.crc32(said.encode()):08x}\n".encode()
