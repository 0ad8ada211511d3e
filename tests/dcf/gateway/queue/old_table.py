"""The table of queued calls of a gateway that noted no time on a clock that never jumps."""

OLD_TABLE = """
CREATE TABLE items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, call_id TEXT NOT NULL,
    function TEXT NOT NULL, target TEXT NOT NULL, callback TEXT NOT NULL, headers TEXT NOT NULL,
    size INTEGER NOT NULL, body BLOB, file TEXT NOT NULL, queued_at REAL NOT NULL,
    attempts INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL,
    due REAL NOT NULL, failed_at REAL
) STRICT;"""
