"""A folder is read into the record; what is wrong with it as a whole is one line."""

import numpy as np
import pytest

from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.datasets.tolerance import ANY, Tolerance


def test_coco(made):
    made.picture("deep/c.png", 30, 50)
    made.document["images"].insert(0, {"id": 9, "file_name": "deep/c.png"})
    made.box(1, 2, 3, 4, iscrowd=1)
    seen = []
    data = read_data_set(made.write(), progress=lambda *counts: seen.append(counts))
    assert (data.names, data.class_ids, data.bad) == (("cat", "dog"), (3, 7), ())
    assert [(each.image_id, each.name, each.size) for each in data.pictures] == [
        (1, "a.png", (40, 60)), (2, "b.png", (40, 60)), (9, "deep/c.png", (50, 30)),
    ]  # fmt: skip
    first, second, empty = data.pictures
    assert first.file == made.images / "a.png"
    np.testing.assert_array_equal(first.boxes, np.float32([[5, 10, 35, 30], [2, 1, 6, 4]]))
    assert first.boxes.dtype == np.float32
    assert first.columns.tolist() == [0, 0]
    assert first.crowd.tolist() == [False, True]
    assert first.judged.tolist() == [True, False]
    assert second.columns.tolist() == [1]
    assert empty.boxes.shape == (0, 4)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_split_alone(made):
    whole = made.write()
    (whole / "annotations").mkdir()
    for split in ("train", "val"):
        file = whole / f"annotations/instances_{split}.json"
        file.write_text((whole / "instances.json").read_text().replace("a.png", f"{split}.png"))
        made.picture(f"{split}.png")
        made.picture(f"{split}/b.png")
    (whole / "instances.json").unlink()
    (whole / "images/b.png").unlink()
    data = read_data_set(whole)
    assert [(each.split, each.name) for each in data.pictures] == [
        ("train", "train.png"), ("train", "train/b.png"), ("val", "val.png"), ("val", "val/b.png"),
    ]  # fmt: skip
    assert [each.image_id for each in data.pictures] == [1, 2, 3, 4]
    alone = read_data_set(whole, split="val")
    assert [each.name for each in alone.pictures] == ["val.png", "val/b.png"]
    with pytest.raises(DataSetError, match="no split 'test': it has train, val"):
        read_data_set(whole, split="test")


def test_bad_rows_stop_where_there_are_more_than_may_be(made):
    made.box(70, 50, 5, 5)
    folder = made.write()
    with pytest.raises(DataSetError) as caught:
        read_data_set(folder)
    assert "1 of 5 rows are bad, at most 1 % may be, first" in caught.value.message
    assert "annotations[2], id 3" in caught.value.message
    with pytest.raises(DataSetError):
        read_data_set(folder, tolerance=Tolerance.parse("0"))
    for allowed in ("1", "20%", "0.2"):
        assert len(read_data_set(folder, tolerance=Tolerance.parse(allowed)).bad) == 1


def test_nothing_usable_is_an_error_whatever_is_allowed(made):
    for file in made.images.iterdir():
        file.unlink()
    with pytest.raises(DataSetError, match=r"no picture that can be used, first .*images\[0\]"):
        read_data_set(made.write(), tolerance=ANY)


def test_no_data_set(tmp_path):
    with pytest.raises(DataSetError, match="no folder"):
        read_data_set(tmp_path / "none")
    with pytest.raises(DataSetError, match=r"no data set of a known layout \(coco: instances"):
        read_data_set(tmp_path)
