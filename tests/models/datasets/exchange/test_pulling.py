import fcntl
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.datasets.digest import digest_of
from models.datasets.errors import DataSetError
from models.datasets.exchange import pushing
from models.datasets.exchange.batches import cut
from models.datasets.exchange.columns import schema
from models.datasets.exchange.libraries import need
from models.datasets.exchange.parquet import ParquetPlace
from models.datasets.exchange.pulling import pull
from models.datasets.exchange.pushing import push
from models.datasets.reading import read_data_set
from models.datasets.tolerance import ANY

from .conftest import quiet

pytestmark = pytest.mark.lifecycle


@pytest.fixture
def place(tmp_path, data, monkeypatch):
    monkeypatch.setattr(pushing, "cut", lambda *what: cut(*what, most_pictures=1))
    place = ParquetPlace(str(tmp_path / "place"))
    push(data, place, quiet)
    return place


def rewrite(place, tmp_path, change, part=0):
    """Changes a part's rows, as somebody with access to the place could."""
    name, _ = place.parts()[part]
    rows = list(place.read(name))
    for row in rows:
        change(row)
    table = need("pyarrow").Table.from_pylist(rows, schema=schema())
    need("pyarrow.parquet").write_table(table, tmp_path / "place" / name)


def test_a_data_set_comes_back_whole(place, data, tmp_path):
    pulled = pull(place, tmp_path / "out", quiet)
    assert (pulled.digest, pulled.pictures, pulled.bad) == (digest_of(data), 3, ())
    again = read_data_set(tmp_path / "out")
    assert (again.names, again.class_ids) == (data.names, data.class_ids)
    for one, other in zip(data.pictures, again.pictures, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()
        for field in ("image_id", "name", "size", "split", "source", "licence"):
            assert getattr(one, field) == getattr(other, field)
        for field in ("boxes", "columns", "crowd", "difficult"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "place", "set"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda row: row.update(bytes=b"harm"), "bytes were changed"),
        (lambda row: row.update(name="../../harm"), "is none of a file in a folder"),
        (lambda row: row.update(bytes=b"harm", sha256=None), "cannot be read: "),
        (lambda row: row["boxes"][0].update(xmax=9e9), "reaches outside the picture"),
    ],
)
def test_a_bad_row_of_what_was_pushed_ends_it_and_can_be_allowed(place, tmp_path, change, reason):
    rewrite(place, tmp_path, change)
    with pytest.raises(DataSetError, match=rf"1 of \d rows are bad, .*{reason}"):
        pull(place, tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()
    pulled = pull(place, tmp_path / "out", quiet, ANY)
    (bad,) = pulled.bad
    assert reason in bad.reason
    assert "place/parts/" in bad.where
    assert "row 0" in bad.where
    assert not (tmp_path / "harm").exists()


def test_a_box_that_was_moved_is_found_by_the_digest(place, tmp_path):
    rewrite(place, tmp_path, lambda row: row["boxes"][0].update(xmax=29.0))
    with pytest.raises(DataSetError, match=r"was changed: its digest is .*; push it again"):
        pull(place, tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()


def test_a_pull_that_was_ended_goes_on(place, tmp_path, monkeypatch):
    read, parts = ParquetPlace.read, []

    def end_at_the_third(self, part):
        parts.append(part)
        if len(parts) == 3:
            raise KeyboardInterrupt
        return read(self, part)

    monkeypatch.setattr(ParquetPlace, "read", end_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        pull(place, tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()
    assert pull(place, tmp_path / "out", quiet).pictures == 3
    assert len(parts) == 4
    assert parts[3] == parts[2]


def test_what_an_earlier_pull_left_of_other_rows_is_not_used(place, data, tmp_path, monkeypatch):
    monkeypatch.setattr(ParquetPlace, "read", lambda self, part: {}[part])
    with pytest.raises(KeyError):
        pull(place, tmp_path / "out", quiet)
    monkeypatch.undo()
    (tmp_path / ".out.pull/images/left").write_text("")
    push(replace(data, pictures=data.pictures[1:]), place, quiet, replace=True)
    assert pull(place, tmp_path / "out", quiet).pictures == 2
    assert not (tmp_path / "out/images/left").exists()


def test_a_folder_that_is_not_empty_or_in_use_is_refused(place, tmp_path):
    with pytest.raises(DataSetError, match="place is not empty: choose another --out"):
        pull(place, tmp_path / "place", quiet)
    with (tmp_path / ".out.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DataSetError, match=r"another process pulls to .*out: wait for it"):
            pull(place, tmp_path / "out", quiet)


def test_a_full_disk_is_no_bad_row(place, tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(28, os.strerror(28), str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        pull(place, tmp_path / "out", quiet)
