"""What every layout of annotated pictures must do: the same pictures give the same data set."""

import numpy as np
import pytest

from models.datasets.digest import digest_of
from models.datasets.reading import LAYOUTS, read_data_set
from models.datasets.tolerance import ANY, Tolerance
from tests.contract.layouts import NAMES, PICTURES, WRITERS, empty

NONE = Tolerance.parse("0")


@pytest.fixture(params=WRITERS)
def written(request, tmp_path):
    write, layout = WRITERS[request.param]
    write(empty(tmp_path / "set"))
    return tmp_path / "set", layout


def test_every_layout_is_written_here():
    assert {layout for _write, layout in WRITERS.values()} == set(LAYOUTS)


def test_the_same_data_set(written):
    folder, _layout = written
    data = read_data_set(folder, tolerance=NONE)
    assert data.names == NAMES
    assert list(data.class_ids) == sorted(data.class_ids)
    assert [picture.name.rpartition("/")[2] for picture in data.pictures] == [
        picture.name for picture in PICTURES
    ]
    for number, (read, picture) in enumerate(zip(data.pictures, PICTURES, strict=True), 1):
        assert (read.image_id, read.size, read.split) == (number, picture.size, picture.split)
        assert read.file.is_file()
        np.testing.assert_allclose(
            read.boxes, np.array([box[1:] for box in picture.boxes]).reshape(-1, 4), atol=1e-3
        )
        assert read.boxes.dtype == np.float32
        assert read.columns.tolist() == [box[0] for box in picture.boxes]
        assert read.judged.tolist() == [True] * len(picture.boxes)


def test_the_layout_is_found_out_and_may_be_told(written):
    folder, layout = written
    assert [name for name, each in LAYOUTS.items() if each.fits(folder)] == [layout]
    found, told = read_data_set(folder), read_data_set(folder, layout=layout)
    assert digest_of(found) == digest_of(told)


def test_the_digest_is_of_the_content(tmp_path):
    digests = set()
    for number, (write, _layout) in enumerate(WRITERS.values()):
        folder = empty(tmp_path / str(number))
        write(folder)
        digests.add(digest_of(read_data_set(folder)))
    assert len(digests) == 1


def test_a_split_alone(written):
    folder, _layout = written
    data = read_data_set(folder, split="val")
    assert {picture.split for picture in data.pictures} == {"val"}
    assert len(data.pictures) == 2
    assert data.names == NAMES


def test_a_missing_and_a_broken_picture_are_set_aside(written):
    folder, _layout = written
    (missing,) = folder.rglob("b.jpg")
    (broken,) = folder.rglob("c.png")
    missing.unlink()
    broken.write_bytes(broken.read_bytes()[:40])
    data = read_data_set(folder, tolerance=ANY)
    assert [picture.name.rpartition("/")[2] for picture in data.pictures] == ["a.png", "d.png"]
    assert len(data.bad) == 2
    missed, cut = sorted(data.bad, key=lambda row: "missing" not in row.reason)
    assert "no such picture" in missed.reason
    assert "c.png: cannot be read" in cut.reason


def test_an_empty_folder_is_of_no_layout(tmp_path):
    assert not any(layout.fits(tmp_path) for layout in LAYOUTS.values())
