"""What is deployed, in SQLite, so that a killed gateway brings its functions back."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from dcf.providers.base import FunctionSpec

_SCHEMA = """
CREATE TABLE IF NOT EXISTS functions (
    name TEXT PRIMARY KEY, spec TEXT NOT NULL, replicas INTEGER NOT NULL, created_at TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True)
class Record:
    """One function as it is kept."""

    spec: FunctionSpec
    replicas: int
    created_at: str


class Store:
    """The table of functions. Every change is on disk when its method returns."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.execute(_SCHEMA)

    def records(self) -> list[Record]:
        """Every function, by name."""
        rows = self._base.execute("SELECT spec, replicas, created_at FROM functions ORDER BY name")
        return [Record(_spec(text), replicas, created_at) for text, replicas, created_at in rows]

    def put(self, record: Record) -> None:
        """Keep a function, new or changed."""
        self._base.execute(
            "INSERT OR REPLACE INTO functions VALUES (?, ?, ?, ?)",
            (record.spec.name, json.dumps(asdict(record.spec)), record.replicas, record.created_at),
        )

    def remove(self, name: str) -> None:
        """Forget a function."""
        self._base.execute("DELETE FROM functions WHERE name = ?", (name,))

    def close(self) -> None:
        """Close the file."""
        self._base.close()


def _spec(text: str) -> FunctionSpec:
    fields = json.loads(text)
    for key in ("constraints", "secrets"):
        fields[key] = tuple(fields[key])
    return FunctionSpec(**fields)
