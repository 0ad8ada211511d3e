"""What is deployed and was deployed, in SQLite, so that a killed gateway brings its functions back.

Schema 2. A file of schema 1 (one table of functions, no history) is carried over when it is opened:
each function gets what it had as its first revision.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from ...errors import CannotStart
from ...state.disk import writing
from ...state.journal import Journal
from ...state.state_file import StateFile
from ..placement import FunctionSpec, RevisionInfo

SCHEMA = 2
KEPT_REVISIONS = 20
_BUSY_MS = 5000  # of somebody who looks at it meanwhile

_Result = TypeVar("_Result")

_FUNCTIONS = """
CREATE TABLE functions (
    name TEXT PRIMARY KEY, replicas INTEGER NOT NULL, created_at TEXT NOT NULL,
    serving INTEGER NOT NULL
) STRICT
"""
_REVISIONS = """
CREATE TABLE revisions (
    name TEXT NOT NULL, number INTEGER NOT NULL, spec TEXT NOT NULL, deployed_at TEXT NOT NULL,
    deployed_by TEXT NOT NULL, rollout TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (name, number)
) STRICT
"""
_FROM_1 = (
    "ALTER TABLE functions RENAME TO functions_1",
    _FUNCTIONS,
    _REVISIONS,
    "INSERT INTO functions SELECT name, replicas, created_at, 0 FROM functions_1",
    "INSERT INTO revisions SELECT name, 1, spec, created_at, '', 'progressing', '' "
    "FROM functions_1",
    "DROP TABLE functions_1",
)
_PRUNE = """
DELETE FROM revisions WHERE name = :name AND number != :serving AND number NOT IN (
    SELECT number FROM revisions WHERE name = :name ORDER BY number DESC LIMIT :kept
)
"""


@dataclass(frozen=True)
class Record:
    """What is kept of a function beside its revisions.

    Attributes:
        name: The function.
        replicas: Wanted.
        created_at: RFC 3339, UTC.
        serving: Number of the revision that took over last; 0 before any did.
    """

    name: str
    replicas: int
    created_at: str
    serving: int = 0


class Store:
    """The tables. Every change is on disk, whole, when its method returns; see `Journal`.

    Attributes:
        aside: What the names of files that were damaged end with now; empty when none were.
    """

    def __init__(self, path: Path, accept_lost: bool = False) -> None:
        """Check and open; raises `CannotStart` when something is lost, unless that is accepted."""
        state = _opened(path, accept_lost)
        self.aside = state.aside
        self._journal = Journal(state, "functions journal")

    async def records(self) -> list[Record]:
        """Every function, by name."""
        query = "SELECT name, replicas, created_at, serving FROM functions ORDER BY name"
        return await self._do(lambda base: [Record(*row) for row in base.execute(query)])

    async def revisions(self, name: str) -> list[RevisionInfo]:
        """The kept revisions of a function, newest first; who serves is in its record."""
        return await self._do(lambda base: _revisions(base, name))

    async def put(self, record: Record, *revisions: RevisionInfo) -> list[RevisionInfo]:
        """Keep a function, new or changed, with those of its revisions that are new or changed.

        Returns:
            The revisions that are kept now, newest first.
        """
        return await self._do(lambda base: _put(base, record, revisions))

    async def remove(self, name: str) -> None:
        """Forget a function and its history."""
        await self._do(lambda base: _remove(base, name))

    async def close(self) -> None:
        """Finish what was begun and close the file."""
        await self._journal.close()

    async def _do(self, operation: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run it; raises `StorageFailed` when the disk fails (it is full, say)."""
        with writing("the change"):
            return await self._journal.do(operation)


def _opened(path: Path, accept_lost: bool) -> StateFile:
    try:
        state = StateFile(path, accept_lost, before_writing=partial(_check_version, path))
        state.base.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        try:
            (version,) = state.base.execute("PRAGMA user_version").fetchone()
            if version < SCHEMA:
                _migrate(state.base)
        except BaseException:
            state.close()
            raise
    except (sqlite3.Error, OSError) as fault:
        raise CannotStart(f"{path} cannot be used ({fault}): mend it, or set DCF_HOME") from fault
    return state


def _check_version(path: Path, base: sqlite3.Connection) -> None:
    (version,) = base.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        raise CannotStart(
            f"{path} is of schema {version}, this version knows up to {SCHEMA}: "
            "use the newer dcf that wrote it, or set DCF_HOME"
        )


def _migrate(base: sqlite3.Connection) -> None:
    is_old = base.execute("SELECT 1 FROM sqlite_master WHERE name = 'functions'").fetchone()
    base.execute("BEGIN IMMEDIATE")
    for statement in _FROM_1 if is_old else (_FUNCTIONS, _REVISIONS):
        base.execute(statement)
    base.execute(f"PRAGMA user_version = {SCHEMA}")
    base.execute("COMMIT")


def _put(
    base: sqlite3.Connection, record: Record, revisions: tuple[RevisionInfo, ...]
) -> list[RevisionInfo]:
    base.execute(
        "INSERT OR REPLACE INTO functions VALUES (?, ?, ?, ?)",
        (record.name, record.replicas, record.created_at, record.serving),
    )
    for each in revisions:
        spec = json.dumps(asdict(each.spec))
        said = (each.deployed_at, each.by, each.rollout, each.reason)
        base.execute(
            "INSERT OR REPLACE INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?)",
            (record.name, each.number, spec, *said),
        )
    bounds = {"name": record.name, "serving": record.serving, "kept": KEPT_REVISIONS}
    base.execute(_PRUNE, bounds)
    return _revisions(base, record.name)


def _revisions(base: sqlite3.Connection, name: str) -> list[RevisionInfo]:
    rows = base.execute(
        "SELECT number, spec, deployed_at, deployed_by, rollout, reason FROM revisions "
        "WHERE name = ? ORDER BY number DESC",
        (name,),
    )
    return [RevisionInfo(number, _spec(text), *rest) for number, text, *rest in rows]


def _remove(base: sqlite3.Connection, name: str) -> None:
    base.execute("DELETE FROM functions WHERE name = ?", (name,))
    base.execute("DELETE FROM revisions WHERE name = ?", (name,))


def _spec(text: str) -> FunctionSpec:
    fields = json.loads(text)
    for key in ("constraints", "secrets"):
        fields[key] = tuple(fields[key])
    return FunctionSpec(**fields)
