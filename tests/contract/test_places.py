"""What any place of a data set must do."""

import secrets
from dataclasses import replace

import numpy as np
import pytest

from models.datasets.digest import digest_of
from models.datasets.errors import DataSetError
from models.datasets.exchange import pushing
from models.datasets.exchange.batches import cut
from models.datasets.exchange.opening import open_place
from models.datasets.exchange.pulling import pull
from models.datasets.exchange.pushing import push
from models.datasets.reading import read_data_set
from tests.models.datasets.conftest import Made

pytestmark = pytest.mark.lifecycle


def quiet(what):
    return lambda done, whole: None


@pytest.fixture(params=["folder", "memory", "s3", "bigquery"])
def place(request, tmp_path, monkeypatch):
    monkeypatch.setattr(pushing, "cut", lambda *what: cut(*what, most_pictures=2))
    name = f"p{secrets.token_hex(8)}"
    if request.param == "folder":
        return open_place(str(tmp_path / name))
    root = "memory:/" if request.param == "memory" else request.getfixturevalue(request.param)
    return open_place(f"{root}/{name}")


@pytest.fixture
def data(tmp_path):
    made = Made(tmp_path / "set")
    made.document["categories"].append({"id": 9, "name": "bird"})  # no object is one
    made.box(1.25, 2.5, 10.1, 7.7, iscrowd=1)
    made.box(3, 4, 5, 6, ignore=1)
    for number in range(3, 6):
        made.document["images"].append({"id": number, "file_name": f"c/{number}.png"})
        made.picture(f"c/{number}.png", seed=number)
    data = read_data_set(made.write())
    first = replace(data.pictures[0], split="val", source="camera é", licence="CC-BY-4.0")
    return replace(data, pictures=(first, *data.pictures[1:]))


def test_nothing_is_there_at_first(place, tmp_path):
    assert place.about() is None
    with pytest.raises(DataSetError, match=place.name):
        pull(place, tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()


def test_a_data_set_comes_back_whole(place, data, tmp_path):
    pushed = push(data, place, quiet)
    assert (pushed.moved, pushed.digest) == (5, digest_of(data))
    about = place.about()
    assert (about.pictures, about.classes, about.class_ids) == (
        5,
        ("cat", "dog", "bird"),
        (3, 7, 9),
    )
    pulled = pull(place, tmp_path / "out", quiet)
    assert (pulled.digest, pulled.pictures, pulled.bad) == (pushed.digest, 5, ())
    again = read_data_set(tmp_path / "out")
    assert (again.names, again.class_ids) == (data.names, data.class_ids)
    for one, other in zip(data.pictures, again.pictures, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()
        for field in ("image_id", "name", "size", "split", "source", "licence"):
            assert getattr(one, field) == getattr(other, field)
        for field in ("boxes", "columns", "crowd", "difficult"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))


def test_the_same_data_set_again_moves_nothing(place, data):
    push(data, place, quiet)
    version = place.version()
    assert push(data, place, quiet).moved == 0
    assert place.version() == version


def test_another_data_set_needs_replace(place, data, tmp_path):
    push(data, place, quiet)
    version = place.version()
    other = replace(data, pictures=data.pictures[2:])
    with pytest.raises(DataSetError, match="has another data set"):
        push(other, place, quiet)
    push(other, place, quiet, replace=True)
    assert place.version() != version
    assert pull(place, tmp_path / "out", quiet).digest == digest_of(other)


def test_a_push_that_was_ended_shows_nothing_and_goes_on(place, data, tmp_path, monkeypatch):
    kept, add = [], type(place).add

    def add_once(self, batch, *what):
        if kept:
            raise KeyboardInterrupt
        kept.append(batch)
        add(self, batch, *what)

    monkeypatch.setattr(type(place), "add", add_once)
    with pytest.raises(KeyboardInterrupt):
        push(data, place, quiet)
    monkeypatch.setattr(type(place), "add", add)
    assert place.about() is None
    assert push(data, place, quiet).moved == 3
    assert pull(place, tmp_path / "out", quiet).digest == digest_of(data)
