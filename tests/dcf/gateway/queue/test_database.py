"""The file of a queue is made, taken over from an older release, and made smaller."""

import sqlite3
from contextlib import closing

import pytest

from dcf.errors import CannotStart
from dcf.gateway.queue.database import open_database
from tests.dcf.gateway.queue.old_table import OLD_TABLE

OLD = f"""
{OLD_TABLE}
INSERT INTO items VALUES (1, 'call', 'a', 'f', '/', '', '[]', 1, x'31', '', 1, 0, 0, '', 9e9, NULL);
INSERT INTO items VALUES (2, 'call', 'b', 'f', '/', '', '[]', 1, x'32', '', 1, 0, 0, '', 1, 9e9);
"""
FILL = """
WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 60)
INSERT INTO items SELECT
    n, 'call', 'a', 'f', '/', '', '[]', 50000, zeroblob(50000), '', 1, 0, 0, '', 1, NULL, 1 FROM up
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queue.db"


def look(path, *commands):
    """Opens the queue's database, does something with it, and closes it; gives the last rows."""
    with closing(open_database(path)) as state, state.base:
        return [state.base.execute(command).fetchall() for command in commands][-1]


def test_the_table_of_another_program_is_reported_and_left_alone(path):
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE items (other TEXT)")
    with pytest.raises(CannotStart, match="cannot be used"):
        open_database(path)
    with closing(sqlite3.connect(path)) as base:  # it was closed again
        assert base.execute("SELECT * FROM items").fetchall() == []


def test_what_waited_before_the_queue_had_a_clock_begins_to_wait_now(path):
    with closing(sqlite3.connect(path)) as base:
        base.executescript(OLD)
    rows = look(path, "SELECT call_id, since, due FROM items ORDER BY seq")
    (_, since, due), failed = rows
    assert 1e9 < since == due < 9e9  # the machine's clock, once
    assert failed == ("b", 0.0, 1.0)
    assert look(path, "SELECT call_id, since, due FROM items ORDER BY seq") == rows


def test_room_that_a_long_queue_took_is_given_back_at_the_next_start(path, monkeypatch):
    monkeypatch.setattr("dcf.gateway.queue.database._MUCH_ROOM", 1 << 20)
    look(path, FILL)
    full = path.stat().st_size
    look(path, "DELETE FROM items WHERE seq < 60")
    assert path.stat().st_size == full  # room is reused, and not given back while it may be needed
    assert look(path, "SELECT body FROM items") == [(bytes(50_000),)]
    assert path.stat().st_size < full / 10
