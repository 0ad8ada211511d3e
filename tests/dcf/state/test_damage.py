"""Whether a database is whole, and the one that was here; no byte of it is changed."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from dcf.state.damage import TABLE, Damage, damage_of, log_path, read_only, read_state
from dcf.state.marker import Mark, Marker, marker_path

MARK = Mark("0123456789abcdef" * 2, 5)


def files(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir()}


@pytest.fixture(name="database")
def _database(tmp_path):
    """One of five changes, with its marker."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute(f"CREATE TABLE {TABLE} (identity TEXT, changes INTEGER)")
        base.execute(f"INSERT INTO {TABLE} VALUES (?, ?)", (MARK.identity, MARK.changes))
        base.commit()
    mark(path, MARK)
    return path


def mark(path, said):
    marker = Marker(path)
    marker.write(said)
    marker.close()


def test_a_whole_one_has_no_damage_and_is_left_as_it_is(database):
    before = files(database.parent)
    assert damage_of(database) is None
    assert files(database.parent) == before  # neither a log nor shared memory stays


@pytest.mark.parametrize(
    ("said", "damage"),
    [
        (replace(MARK, changes=4), None),  # it may know of fewer, after a power cut
        (replace(MARK, changes=6), Damage("lacks its last change", usable=True)),
        (replace(MARK, changes=9), Damage("lacks its last 4 changes", usable=True)),
        (
            replace(MARK, identity="f" * 32),
            Damage("is not the one that was here last", usable=True),
        ),
    ],
    ids=["fewer", "one", "more", "another"],
)
def test_what_the_marker_knows_must_be_there(database, said, damage):
    mark(database, said)
    found = damage_of(database)
    if damage is None:
        assert found is None
        return
    assert found.usable
    assert found.reason == f"{damage.reason}: a.db-wal is missing"


def test_without_a_marker_it_is_taken_as_it_is(database):
    marker_path(database).unlink()
    assert damage_of(database) is None


@pytest.mark.parametrize("is_empty", [True, False])
def test_one_that_is_gone_is_damage_if_something_tells_of_it(database, is_empty):
    database.unlink()
    if is_empty:
        database.touch()
    what = "is empty" if is_empty else "is missing"
    assert damage_of(database) == Damage(f"{what}: it had 5 changes", usable=False)
    marker_path(database).unlink()
    assert damage_of(database) is None
    log_path(database).write_bytes(b"x")
    assert damage_of(database) == Damage(what, usable=False)


def test_one_that_never_was_has_no_damage(tmp_path):
    assert damage_of(tmp_path / "never.db") is None
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_is_not_usable(database):
    database.write_bytes(b"words " * 3000)
    found = damage_of(database)
    assert (found.usable, found.reason[:10]) == (False, "is damaged")
    assert "\n" not in found.reason


def test_a_page_that_lies_is_found(database):
    with closing(sqlite3.connect(database)) as base:
        base.execute("CREATE TABLE rows (text TEXT)")
        base.executemany("INSERT INTO rows VALUES (?)", [("x" * 900,)] * 50)
        base.commit()
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(database.read_bytes())
    data[-4096:] = bytes(4096)
    database.write_bytes(bytes(data))
    assert damage_of(database).reason.startswith("is damaged (")


def test_one_that_is_in_use_is_not_called_damaged(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as base:
        base.execute("PRAGMA locking_mode = EXCLUSIVE")
        base.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            damage_of(database)


def test_what_a_database_says_of_itself(database, tmp_path):
    with read_only(database) as base:
        assert read_state(base) == MARK
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            base.execute(f"DELETE FROM {TABLE}")
    with closing(sqlite3.connect(tmp_path / "other.db")) as base:
        assert read_state(base) is None
        base.execute(f"CREATE TABLE {TABLE} (identity TEXT, changes INTEGER)")
        assert read_state(base) is None


def test_changes_that_are_in_the_log_alone_are_seen_and_the_log_stays(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as base:
        base.execute(f"UPDATE {TABLE} SET changes = 7")
        kept = files(database.parent)
        assert kept["a.db-wal"]
    for name, data in kept.items():  # as a killed program leaves it
        if not name.endswith("-shm"):
            (database.parent / name).write_bytes(data)
    mark(database, replace(MARK, changes=7))
    before = files(database.parent)
    assert damage_of(database) is None
    assert files(database.parent) == before
