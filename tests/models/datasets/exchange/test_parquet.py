import json
import pickle

import pytest

from models.datasets.errors import DataSetError
from models.datasets.exchange import parquet
from models.datasets.exchange.about import FILE
from models.datasets.exchange.batches import cut
from models.datasets.exchange.columns import table_of
from models.datasets.exchange.libraries import need
from models.datasets.exchange.parquet import ParquetPlace
from models.datasets.exchange.pushing import push

from .conftest import quiet

pytestmark = pytest.mark.lifecycle


@pytest.fixture
def place(tmp_path):
    return ParquetPlace(str(tmp_path / "place"))


def test_rows_come_back(place, data):
    push(data, place, quiet)
    (part,) = place.parts()
    assert part == (f"parts/{cut(data)[0].key}.parquet", 3)
    assert list(place.read(part[0])) == table_of(data.pictures, data).to_pylist()
    assert place.version() == place.about().rows


def test_files_of_somebody_else_are_a_place_too(tmp_path, data):
    table = table_of(data.pictures, data)
    (tmp_path / "theirs/deep").mkdir(parents=True)
    need("pyarrow.parquet").write_table(table, tmp_path / "theirs/deep/a.parquet")
    theirs = ParquetPlace(str(tmp_path / "theirs"))
    assert theirs.about() is None
    assert theirs.parts() == [("deep/a.parquet", 3)]
    alone = ParquetPlace(str(tmp_path / "theirs/deep/a.parquet"))
    assert len(list(alone.read(alone.parts()[0][0]))) == 3
    before = theirs.version()
    need("pyarrow.parquet").write_table(table.slice(1), tmp_path / "theirs/deep/a.parquet")
    assert theirs.version() != before


def test_a_place_without_anything_says_so(place):
    with pytest.raises(DataSetError, match=r"place has no data set: no data_set.json and no \*"):
        place.parts()


def test_a_part_that_is_missing_or_of_other_columns_is_named(place, data, tmp_path):
    push(data, place, quiet)
    (name, _), pq = place.parts()[0], need("pyarrow.parquet")
    file = tmp_path / "place" / name
    pq.write_table(table_of(data.pictures, data).drop_columns(["bytes"]), file)
    with pytest.raises(DataSetError, match=r"\.parquet has other columns .* bytes is missing"):
        place.parts()
    file.unlink()
    with pytest.raises(DataSetError, match=r"\.parquet is missing: push the data set again"):
        place.parts()


class Harm:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("content", [pickle.dumps(Harm()), b"", b"PAR1", b"PAR1" * 99])
def test_no_bytes_get_through(place, data, tmp_path, content):
    push(data, place, quiet)
    (name, _) = place.parts()[0]
    (tmp_path / "place" / name).write_bytes(content)
    with pytest.raises(DataSetError, match="cannot be read as Parquet"):
        place.parts()
    (tmp_path / "place" / FILE).write_bytes(content)
    with pytest.raises(DataSetError, match="does not describe a data set"):
        place.about()


def test_a_part_cut_or_flipped_anywhere_ends_in_one_error_or_in_rows(place, data, tmp_path):
    push(data, place, quiet)
    (name, _) = place.parts()[0]
    file = tmp_path / "place" / name
    whole = file.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 150)):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :]):
            file.write_bytes(content)
            try:
                for part, _ in place.parts():
                    list(place.read(part))
            except DataSetError as error:
                assert "parquet" in error.message


def test_a_group_of_rows_that_unpacks_to_too_much_is_refused(place, data, monkeypatch):
    push(data, place, quiet)
    monkeypatch.setattr(parquet, "MOST_GROUP", 1000)
    with pytest.raises(DataSetError, match="a group of rows has more than"):
        place.parts()


def test_what_is_readable_says_what_is_there(place, data, tmp_path):
    push(data, place, quiet)
    told = json.loads((tmp_path / "place" / FILE).read_text())
    assert told["classes"] == ["cat", "dog", "bird"]
    assert told["pictures"] == 3
