"""The marker beside a database: written over in one piece, believed only if it is whole."""

import errno
import os

import pytest

from dcf.state.marker import Mark, Marker, marker_path, read_mark

MARK = Mark("0123456789abcdef" * 2, 41)


@pytest.fixture(name="database")
def _database(tmp_path):
    return tmp_path / "a.db"


def write(database, *marks):
    marker = Marker(database)
    for each in marks:
        marker.write(each)
    marker.close()


def test_the_last_word_counts(database):
    assert read_mark(database) is None
    write(database, MARK, Mark(MARK.identity, 42))
    assert read_mark(database) == Mark(MARK.identity, 42)
    write(database, Mark(MARK.identity, 10**19))
    assert read_mark(database) == Mark(MARK.identity, 10**19)


def test_it_is_its_owners_alone(database):
    write(database, MARK)
    assert marker_path(database).stat().st_mode & 0o777 == 0o600


def test_whatever_is_not_whole_is_not_believed(database):
    write(database, MARK)
    whole = marker_path(database).read_bytes()
    for place in range(len(whole)):
        for other in (whole[place] ^ 1, ord("0"), ord("9")):
            harmed = bytearray(whole)
            harmed[place] = other
            marker_path(database).write_bytes(bytes(harmed))
            assert read_mark(database) == (MARK if bytes(harmed) == whole else None)
        marker_path(database).write_bytes(whole[:place])
        assert read_mark(database) is None
    marker_path(database).write_bytes(whole + b"\n")
    assert read_mark(database) is None


def test_a_disk_without_room_leaves_the_one_that_was_there(database, monkeypatch):
    write(database, MARK)

    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", full)
        disk.setattr(os, "fsync", full)
        write(database, Mark(MARK.identity, 42))
    assert read_mark(database) == MARK


def test_closing_flushes(database, monkeypatch):
    flushed = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    write(database, MARK)
    assert len(flushed) == 1
