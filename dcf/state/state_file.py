"""A SQLite database that says when a part of it was lost."""

import contextlib
import logging
import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import CannotStart
from .damage import TABLE, Damage, damage_of, log_path, read_state
from .flush import flush_folder
from .marker import Mark, Marker, marker_path, read_mark

ACCEPT_FLAG = "--accept-lost-state"
_CHECKPOINT_SECONDS = 60.0
_log = logging.getLogger(__name__)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT NOT NULL, changes INTEGER NOT NULL
) STRICT
"""


class StateFile:
    """An open database, in WAL mode, flushed at every commit; for one thread at a time.

    Attributes:
        base: The connection. Whoever begins transactions on it by himself calls `counted` before
            COMMIT and `noted` after it; `change` does both.
        aside: What the names of files that were damaged end with now; empty when none were.
    """

    def __init__(
        self,
        path: Path,
        accept_lost: bool = False,
        exclusive: bool = False,
        before_writing: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        """Check and open.

        Args:
            path: Of the database; it is made when it was never there.
            accept_lost: Go on with what is left, and keep what was found beside it.
            exclusive: Nobody else may open it meanwhile.
            before_writing: Looks at the database first; what it raises leaves it as it was.

        Raises:
            CannotStart: It is missing, damaged or older than it was.
            sqlite3.Error: It cannot be opened.
        """
        self.aside = ""
        damage, before = damage_of(path), read_mark(path)
        if damage is not None:
            if not accept_lost:
                raise CannotStart(refusal(path, damage))
            self.aside = _put_aside(path, damage)
            _log.warning(
                "%s %s: started with what is left; what was found is kept as *%s",
                path, damage.reason, self.aside,
            )  # fmt: skip
        self.base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        try:
            if before_writing is not None:
                before_writing(self.base)
            self._set_up(exclusive)
            self._mark = self._begin(before)
            self._marker = Marker(path)
        except BaseException:
            self.base.close()
            raise
        self._marker.write(self._mark)
        self._clean_until: float | None = None
        self.checkpoint()
        flush_folder(path.parent)

    def _set_up(self, exclusive: bool) -> None:
        if exclusive:
            self.base.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.base.execute("PRAGMA journal_mode=WAL")
        self.base.execute("PRAGMA synchronous=FULL")
        self.base.execute(_SCHEMA)

    def _begin(self, before: Mark | None) -> Mark:
        """Count on from whatever was known, so that no number comes twice."""
        kept = read_state(self.base)
        known = max((each.changes for each in (before, kept) if each), default=0)
        if kept and not self.aside and kept.changes == known:
            return kept
        mark = Mark(kept.identity if kept and not self.aside else uuid.uuid4().hex, known + 1)
        self.base.execute(
            f"INSERT OR REPLACE INTO {TABLE} VALUES (1, ?, ?)",  # noqa: S608 # a constant
            (mark.identity, mark.changes),
        )
        return mark

    @contextlib.contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        try:
            self.base.execute("BEGIN IMMEDIATE")
            yield self.base
            self.counted()
            self.base.execute("COMMIT")
        finally:
            if self.base.in_transaction:
                self.base.execute("ROLLBACK")
        self.noted()

    def counted(self) -> None:
        """Count the transaction that is about to be committed."""
        self.base.execute(f"UPDATE {TABLE} SET changes = ?", (self._mark.changes + 1,))  # noqa: S608 # a constant

    def noted(self) -> None:
        """Note beside the database that the transaction is on disk."""
        self._mark = Mark(self._mark.identity, self._mark.changes + 1)
        self._marker.write(self._mark)
        if self._clean_until is None:
            self._clean_until = time.monotonic() + _CHECKPOINT_SECONDS

    @property
    def seconds_to_checkpoint(self) -> float | None:
        """When `checkpoint` is due; None while there is nothing to bring over."""
        return None if self._clean_until is None else max(self._clean_until - time.monotonic(), 0.0)

    def checkpoint(self) -> None:
        """Bring everything into the database's own file, so that this one alone is whole."""
        self._clean_until = time.monotonic() + _CHECKPOINT_SECONDS
        with contextlib.suppress(sqlite3.Error):  # a full disk, a reader: next time
            busy, *_ = self.base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                self._clean_until = None
        self._marker.flush()

    def close(self) -> None:
        """Leave one whole file and its marker."""
        self.checkpoint()
        self._marker.close()
        self.base.close()


def refusal(path: Path, damage: Damage) -> str:
    """One line: what is wrong and what can be done."""
    left = "what is left of it" if damage.usable else "an empty one"
    return (
        f"{path} {damage.reason}. Put back what is missing, or start with {left}: "
        f"{ACCEPT_FLAG} (what is there now is kept beside it)"
    )


def _put_aside(path: Path, damage: Damage) -> str:
    """Keep what was found: by another name, or as a copy of what is gone on with."""
    end = time.strftime(".lost-%Y%m%dT%H%M%SZ", time.gmtime())
    keep = shutil.copy2 if damage.usable else os.replace
    for each in (path, log_path(path), marker_path(path)):
        if each.exists():
            keep(each, each.with_name(each.name + end))
    return end
