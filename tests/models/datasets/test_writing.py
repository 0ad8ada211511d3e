"""What is written is the same data set again, whole or not there."""

import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.datasets.digest import digest_of
from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.datasets.writing import put_link, write_coco


@pytest.fixture
def divided(made):
    made.document["images"].append({"id": 5, "file_name": "deep/c.png"})
    made.picture("deep/c.png")
    made.box(1.25, 2.5, 3.125, 4, iscrowd=1)
    made.box(5, 6, 7, 8, ignore=1, image_id=2)
    data = read_data_set(made.write())
    splits = ("train", "val", "train")
    return replace(data, pictures=tuple(
        replace(picture, split=split) for picture, split in zip(data.pictures, splits, strict=True)
    ))  # fmt: skip


def nothing(done, whole):
    """No progress."""


def test_there_and_back(divided, tmp_path):
    seen = []
    write_coco(divided, tmp_path / "x/out", lambda *counts: seen.append(counts))
    again = read_data_set(tmp_path / "x/out")
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (again.names, again.class_ids) == (divided.names, divided.class_ids)
    for one, other in zip(divided.pictures, again.pictures, strict=True):
        assert (one.name, one.image_id, one.split) == (other.name, other.image_id, other.split)
        for field in ("boxes", "columns", "crowd", "difficult"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
        assert other.file.samefile(one.file)  # a link costs no room
    assert digest_of(again) == digest_of(divided)


def test_copies_where_there_are_no_links(divided, tmp_path, monkeypatch):
    def refused(self, target):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    write_coco(divided, tmp_path / "out", nothing)
    again = read_data_set(tmp_path / "out")
    assert digest_of(again) == digest_of(divided)
    assert not again.pictures[0].file.samefile(divided.pictures[0].file)


def test_what_is_there_stays(divided, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").touch()
    with pytest.raises(DataSetError, match="not empty"):
        write_coco(divided, tmp_path / "out", nothing)
    (tmp_path / "out/mine").unlink()
    write_coco(divided, tmp_path / "out", nothing)


def test_ended_half_way_leaves_nothing(divided, tmp_path):
    def ended(done, whole):
        raise KeyboardInterrupt

    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        write_coco(divided, tmp_path / "out", ended)
    assert set(tmp_path.iterdir()) == before
    (tmp_path / "empty").mkdir()
    with pytest.raises(KeyboardInterrupt):
        write_coco(divided, tmp_path / "empty", ended)
    assert list((tmp_path / "empty").iterdir()) == []


def test_pictures_may_stay_where_they_are(divided, made, tmp_path):
    write_coco(divided, tmp_path / "linked", nothing, put_link)
    for name in ("a.png", "b.png", "deep/c.png"):
        assert (tmp_path / "linked/images" / name).readlink() == made.images / name
    assert digest_of(read_data_set(tmp_path / "linked")) == digest_of(divided)
