"""What is deployed and was deployed, in SQLite, so that a killed gateway brings its functions back.

Schema 2. A file of schema 1 (one table of functions, no history) is carried over when it is opened:
each function gets what it had as its first revision.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from dcf.errors import CannotStart
from dcf.providers.base import FunctionSpec, RevisionInfo

SCHEMA = 2
KEPT_REVISIONS = 20

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
    """The tables. Every change is on disk, whole, when its method returns."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None)
        try:
            self._open(path)
        except (sqlite3.Error, OSError) as fault:
            self._base.close()
            raise CannotStart(
                f"{path} cannot be used ({fault}): mend it, or set DCF_HOME"
            ) from fault
        except CannotStart:
            self._base.close()
            raise

    def _open(self, path: Path) -> None:
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:  # before anything is written
            raise CannotStart(
                f"{path} is of schema {version}, this version knows up to {SCHEMA}: "
                "use the newer dcf that wrote it, or set DCF_HOME"
            )
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        if version < SCHEMA:
            self._migrate()

    def _migrate(self) -> None:
        is_old = self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'functions'")
        with self._change():
            for statement in _FROM_1 if is_old.fetchone() else (_FUNCTIONS, _REVISIONS):
                self._base.execute(statement)
            self._base.execute(f"PRAGMA user_version = {SCHEMA}")

    @contextmanager
    def _change(self) -> Iterator[None]:
        """All of it or nothing; raises `OSError` when it cannot be written (a full disk, say)."""
        try:
            self._base.execute("BEGIN IMMEDIATE")
            yield
            self._base.execute("COMMIT")
        except sqlite3.Error as fault:
            raise OSError(f"the gateway's state cannot be written: {fault}") from fault
        finally:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")

    def records(self) -> list[Record]:
        """Every function, by name."""
        columns = "name, replicas, created_at, serving"
        rows = self._base.execute(f"SELECT {columns} FROM functions ORDER BY name")  # noqa: S608 # a constant
        return [Record(*row) for row in rows]

    def revisions(self, name: str) -> list[RevisionInfo]:
        """The kept revisions of a function, newest first; who serves is in its record."""
        rows = self._base.execute(
            "SELECT number, spec, deployed_at, deployed_by, rollout, reason FROM revisions "
            "WHERE name = ? ORDER BY number DESC",
            (name,),
        )
        return [RevisionInfo(number, _spec(text), *rest) for number, text, *rest in rows]

    def images(self) -> set[str]:
        """The code that a kept revision of any function names."""
        rows = self._base.execute("SELECT DISTINCT json_extract(spec, '$.image') FROM revisions")
        return {image for (image,) in rows}

    def put(self, record: Record, *revisions: RevisionInfo) -> None:
        """Keep a function, new or changed, with those of its revisions that are new or changed."""
        with self._change():
            self._base.execute(
                "INSERT OR REPLACE INTO functions VALUES (?, ?, ?, ?)",
                (record.name, record.replicas, record.created_at, record.serving),
            )
            for each in revisions:
                spec = json.dumps(asdict(each.spec))
                told = (each.deployed_at, each.by, each.rollout, each.reason)
                self._base.execute(
                    "INSERT OR REPLACE INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (record.name, each.number, spec, *told),
                )
            bounds = {"name": record.name, "serving": record.serving, "kept": KEPT_REVISIONS}
            self._base.execute(_PRUNE, bounds)

    def remove(self, name: str) -> None:
        """Forget a function and its history."""
        with self._change():
            self._base.execute("DELETE FROM functions WHERE name = ?", (name,))
            self._base.execute("DELETE FROM revisions WHERE name = ?", (name,))

    def close(self) -> None:
        """Close the file."""
        self._base.close()


def _spec(text: str) -> FunctionSpec:
    fields = json.loads(text)
    for key in ("constraints", "secrets"):
        fields[key] = tuple(fields[key])
    return FunctionSpec(**fields)
