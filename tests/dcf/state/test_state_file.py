"""What was lost of a database is said before anything is made anew; what is left is kept."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcf.errors import CannotStart
from dcf.state.marker import read_mark
from dcf.state.state_file import StateFile

ROWS = 40
# A program that is killed with its log full; a part of the rows is in the database's own file.
KILLED = """
import os, sys
from pathlib import Path
from dcf.state.state_file import StateFile

state = StateFile(Path(sys.argv[1]), exclusive=True)
state.base.execute("CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, text TEXT)")
for n in range(int(sys.argv[2])):
    if n == 10:
        state.checkpoint()
    with state.change() as base:
        base.execute("INSERT INTO rows VALUES (NULL, ?)", (str(n) * 300,))
os.kill(os.getpid(), 9)
"""


def write_and_kill(path, rows=ROWS):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(rows)], timeout=60, check=False
    )
    assert done.returncode == -9


def rows(state):
    return state.base.execute("SELECT count(*) FROM rows").fetchone()[0]


def files(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir()}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    write_and_kill(folder / "a.db")
    assert (folder / "a.db-wal").stat().st_size > 100_000
    return folder


@pytest.fixture
def path(killed, tmp_path):
    shutil.copytree(killed, tmp_path / "home")
    return tmp_path / "home" / "a.db"


def test_a_killed_program_loses_nothing_and_nothing_is_said(path):
    for _ in range(3):
        state = StateFile(path, exclusive=True)
        assert (rows(state), state.aside) == (ROWS, "")
        state.close()


def test_a_clean_end_leaves_one_whole_file_and_a_private_marker(path):
    StateFile(path).close()
    assert sorted(each.name for each in path.parent.iterdir()) == ["a.db", "a.db-mark"]
    assert stat.S_IMODE(path.with_name("a.db-mark").stat().st_mode) == 0o600
    base = sqlite3.connect(path)
    assert base.execute("SELECT count(*) FROM rows").fetchone() == (ROWS,)
    base.close()


def wal(path):
    return path.with_name("a.db-wal")


def overwrite(path, offset, data):
    with path.open("r+b") as file:
        file.seek(offset, os.SEEK_END if offset < 0 else os.SEEK_SET)
        file.write(data)


HARM = {
    "no-log": (
        lambda path: wal(path).unlink(),
        r"lacks its last \d+ changes: a\.db-wal is missing",
    ),
    "empty-log": (lambda path: os.truncate(wal(path), 0), r"lacks its last \d+ changes"),
    "half-a-log": (
        lambda path: os.truncate(wal(path), wal(path).stat().st_size // 2),
        r"lacks its last \d+ changes",
    ),
    "a-log-without-its-end": (
        lambda path: os.truncate(wal(path), wal(path).stat().st_size - 1),
        r"lacks its last change\b",
    ),
    "a-byte-of-the-log": (
        lambda path: overwrite(wal(path), 30_000, b"\xaa"),
        r"lacks its last \d+ changes",
    ),
    "head-of-the-log": (
        lambda path: overwrite(wal(path), 16, b"~" * 8),
        r"lacks its last \d+ changes",
    ),
    "empty": (lambda path: os.truncate(path, 0), r"is empty: it had \d+ changes"),
    "missing": (lambda path: path.unlink(), r"is missing: it had \d+ changes"),
    "only-the-marker": (
        lambda path: (path.unlink(), wal(path).unlink()),
        r"is missing: it had \d+ changes",
    ),
    "only-the-log": (
        lambda path: (path.unlink(), path.with_name("a.db-mark").unlink()),
        r"is missing",
    ),
}  # fmt: skip
HARM_WHOLE = {
    "a-piece-of-a-page": (lambda path: os.truncate(path, 100), "is damaged"),
    "no-database": (lambda path: path.write_bytes(b"words " * 3000), "is damaged"),
    "half": (lambda path: os.truncate(path, path.stat().st_size // 8192 * 4096), "is damaged"),
    "odd-half": (lambda path: os.truncate(path, path.stat().st_size // 2 + 77), "is damaged"),
    "first-page": (lambda path: overwrite(path, 100, b"\xff" * 200), "is damaged"),
    "last-page": (lambda path: overwrite(path, -4096, b"\xff" * 4096), "is damaged"),
    "zeroed-page": (lambda path: overwrite(path, -8192, bytes(4096)), "is damaged"),
    "empty": (lambda path: os.truncate(path, 0), "is empty"),
    "missing": (lambda path: path.unlink(), "is missing"),
}


@pytest.mark.parametrize(("harm", "words"), HARM.values(), ids=HARM)
def test_what_a_killed_program_left_and_lost_is_said(path, harm, words):
    _check_refused_and_accepted(path, harm, words)


@pytest.mark.parametrize(("harm", "words"), HARM_WHOLE.values(), ids=HARM_WHOLE)
def test_what_a_clean_end_left_and_lost_is_said(path, harm, words):
    StateFile(path).close()
    _check_refused_and_accepted(path, harm, words)


def _check_refused_and_accepted(path, harm, words):
    harm(path)
    before = files(path.parent)
    for _ in range(2):  # asking changes nothing
        with pytest.raises(CannotStart, match=rf"a\.db {words}.*--accept-lost-state") as caught:
            StateFile(path)
        assert "\n" not in caught.value.message
        assert files(path.parent) == before
    state = StateFile(path, accept_lost=True)
    assert state.aside.startswith(".lost-")
    kept = {name.removesuffix(state.aside): data for name, data in files(path.parent).items()
            if name.endswith(state.aside)}  # fmt: skip
    assert kept == before
    with state.change() as base:
        base.execute("CREATE TABLE after (n)")
    state.close()
    again = StateFile(path)
    assert again.aside == ""
    assert again.base.execute("SELECT count(*) FROM after").fetchone() == (0,)
    again.close()


def test_an_older_copy_is_noticed_and_gone_on_with_when_that_is_wanted(path, tmp_path):
    StateFile(path).close()
    shutil.copy(path, tmp_path / "older")
    write_and_kill(path, 3)
    wal(path).unlink()
    shutil.copy(tmp_path / "older", path)
    with pytest.raises(CannotStart, match="lacks its last 3 changes"):
        StateFile(path)
    state = StateFile(path, accept_lost=True)
    assert rows(state) == ROWS
    state.close()
    StateFile(path).close()


def test_another_database_in_its_place_is_noticed(path, tmp_path):
    write_and_kill(tmp_path / "b.db", 200)
    shutil.copy(tmp_path / "b.db", path)
    shutil.copy(tmp_path / "b.db-wal", wal(path))
    with pytest.raises(CannotStart, match="is not the one that was here last"):
        StateFile(path)
    path.unlink()
    wal(path).unlink()
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE rows (n)")
    base.close()
    with pytest.raises(CannotStart, match="is not the one that was here last"):
        StateFile(path)


@pytest.mark.parametrize("mark", [None, b"", b"words", b"dcf-state 1 " + b"0" * 50])
def test_a_marker_that_is_lost_is_made_again(path, mark):
    place = path.with_name("a.db-mark")
    place.unlink() if mark is None else place.write_bytes(mark)
    state = StateFile(path)
    assert rows(state) == ROWS
    state.close()
    assert read_mark(path) is not None


def test_a_database_from_before_it_was_watched_is_taken_as_it_is(tmp_path):
    base = sqlite3.connect(tmp_path / "a.db")
    base.execute("CREATE TABLE rows (n)")
    base.execute("INSERT INTO rows VALUES (1)")
    base.commit()
    base.close()
    state = StateFile(tmp_path / "a.db")
    assert (rows(state), state.aside) == (1, "")
    state.close()


def test_who_looks_first_may_refuse_before_anything_is_written(path):
    def refuse(base):
        raise CannotStart("a newer one")

    StateFile(path).close()
    before = path.read_bytes()
    with pytest.raises(CannotStart, match="a newer one"):
        StateFile(path, before_writing=refuse)
    assert path.read_bytes() == before


def test_one_that_is_in_use_is_not_called_damaged(path):
    state = StateFile(path, exclusive=True)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        StateFile(path)
    assert rows(state) == ROWS
    state.close()


def test_a_checkpoint_leaves_the_database_whole_without_its_log(path, tmp_path, monkeypatch):
    monkeypatch.setattr("dcf.state.state_file._CHECKPOINT_SECONDS", 0.0)
    state = StateFile(path)
    assert state.seconds_to_checkpoint is None
    with state.change() as base:
        base.execute("INSERT INTO rows VALUES (NULL, '')")
    assert state.seconds_to_checkpoint == 0
    state.checkpoint()
    assert (state.seconds_to_checkpoint, wal(path).stat().st_size) == (None, 0)
    shutil.copy(path, tmp_path / "copy.db")
    base = sqlite3.connect(tmp_path / "copy.db")
    assert base.execute("SELECT count(*) FROM rows").fetchone() == (ROWS + 1,)
    base.close()
    state.close()


def test_a_change_that_fails_is_not_counted(path):
    state = StateFile(path)
    before = read_mark(path)
    with pytest.raises(sqlite3.IntegrityError), state.change() as base:
        base.execute("INSERT INTO rows VALUES (1, '')")
    assert read_mark(path) == before
    state.close()
    StateFile(path).close()


@settings(max_examples=60, deadline=None)
@given(where=st.floats(0, 0.9999), data=st.binary(min_size=1, max_size=64), cut=st.booleans())
def test_no_harm_to_the_log_goes_unnoticed(killed, tmp_path_factory, where, data, cut):
    path = tmp_path_factory.mktemp("log") / "home" / "a.db"
    shutil.copytree(killed, path.parent)
    offset = int(wal(path).stat().st_size * where)
    if cut:
        os.truncate(wal(path), offset)
    else:
        overwrite(wal(path), offset, data)
    try:
        state = StateFile(path)
    except CannotStart as fault:
        assert "lacks its last" in fault.message
    else:
        assert rows(state) == ROWS
        state.close()
