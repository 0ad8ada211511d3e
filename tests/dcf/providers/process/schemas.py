"""State folders as earlier versions wrote them."""

import sqlite3


def write_schema_1(home):
    """A functions' database as the version before history wrote it."""
    base = sqlite3.connect(home / "functions.db")
    base.execute(
        "CREATE TABLE functions (name TEXT PRIMARY KEY, spec TEXT NOT NULL, "
        "replicas INTEGER NOT NULL, created_at TEXT NOT NULL) STRICT"
    )
    return base
