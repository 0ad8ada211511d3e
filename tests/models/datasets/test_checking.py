"""Every row that cannot be used is listed with its reason, and the rest is kept."""

import numpy as np
import pytest
from PIL import Image

from models.datasets.reading import read_data_set
from models.datasets.tolerance import ANY


def reasons(folder):
    return [row.reason for row in read_data_set(folder, tolerance=ANY).bad]


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        pytest.param((10, 5, 0, 30), "a box is empty", id="no width"),
        pytest.param((10, 5, 20, 0), "a box is empty", id="no height"),
        pytest.param((30, 5, -20, 30), "a box is reversed", id="reversed"),
        pytest.param((float("nan"), 5, 20, 30), "no number", id="NaN"),
        pytest.param((10, 5, float("inf"), 30), "no number", id="infinite"),
        pytest.param((70, 5, 20, 10), "outside the picture (60 x 40)", id="outside"),
        pytest.param((-80, 5, 20, 10), "outside", id="before it"),
        pytest.param((50, 5, 12.1, 10), "outside", id="two pixels and more beyond"),
        pytest.param((60, 5, 1, 10), "a box is empty", id="just beyond: nothing is left"),
        pytest.param((1e300, 0, 1e300, 1), "outside", id="huge"),
        pytest.param((1e-9, 1e-9, 1e-50, 1e-50), "empty", id="empty once it is float32"),
    ],
)
def test_bad_boxes(made, box, reason):
    made.box(*box)
    data = read_data_set(made.write(), tolerance=ANY)
    (bad,) = data.bad
    assert bad.where == f"{made.folder}/instances.json: annotations[2], id 3"
    assert bad.reason.startswith("a.png: ")
    assert reason in bad.reason
    # The picture and its good box stay.
    assert [len(picture.boxes) for picture in data.pictures] == [1, 1]


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        pytest.param((-2, -2, 20, 30), (0, 0, 28, 18), id="before it"),
        pytest.param((50, 5, 12, 36.5), (5, 50, 40, 60), id="beyond it"),
        pytest.param((0, 0, 60, 40), (0, 0, 40, 60), id="all of it"),
    ],
)
def test_what_is_rounding_is_cut_off(made, box, kept):
    made.box(*box)
    data = read_data_set(made.write())
    assert data.bad == ()
    np.testing.assert_array_equal(data.pictures[0].boxes[1], np.float32(kept))


def test_a_large_picture_allows_two_percent(made):
    made.picture("b.png", 1000, 500)
    made.document["images"][1] |= {"width": 1000, "height": 500}
    made.document["annotations"][1]["bbox"] = [-20, -10, 1040, 520]
    made.box(-21, 0, 100, 100, image_id=2)
    made.box(0, -11, 100, 100, image_id=2)
    data = read_data_set(made.write(), tolerance=ANY)
    assert data.pictures[1].boxes.tolist() == [[0, 0, 500, 1000]]
    assert len(data.bad) == 2


def test_pictures_that_cannot_be_read(made):
    made.document["images"] += [
        {"id": 3, "file_name": "none.png"}, {"id": 4, "file_name": "folder"},
        {"id": 5, "file_name": "text.jpg"}, {"id": 6, "file_name": "cut.jpg"},
        {"id": 7, "file_name": "a.png/b.png"},
    ]  # fmt: skip
    made.box(1, 1, 5, 5, image_id=3)
    (made.images / "folder").mkdir()
    (made.images / "text.jpg").write_text("no picture")
    cut = made.picture("cut.jpg")
    cut.write_bytes(cut.read_bytes()[:200])
    assert [reason.partition(",")[0] for reason in reasons(made.write())] == [
        "none.png: no such picture",
        "folder: cannot be opened: Is a directory",
        "text.jpg: cannot be read: the input is not an image",
        "cut.jpg: cannot be read: the JPEG image ends early or is damaged",
        "a.png/b.png: no such picture",
    ]
    assert "(with its 1 objects)" in reasons(made.folder)[0]


def turned(made, name):
    exif = Image.Exif()
    exif[0x0112] = 6
    return made.picture(name, 60, 40, exif=exif)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ((40, 60), None),
        ((60, 40), "annotated as 60 x 40, before its EXIF entry turns it"),
        ((None, None), None),
        ((0, 0), None),
        ((80, 120), "annotated as 80 x 120, but it has 40 x 60 pixels"),
    ],
)
def test_a_picture_turned_by_exif(made, told, reason):
    turned(made, "b.png")
    width, height = told
    made.document["images"][1] |= {"width": width, "height": height}
    made.document["annotations"][1]["bbox"] = [0, 0, 40, 60]
    data = read_data_set(made.write(), tolerance=ANY)
    if reason is None:
        assert data.bad == ()
        assert data.pictures[1].size == (60, 40)
    else:
        (bad,) = data.bad
        assert reason in bad.reason


def test_swapped_sizes(made):
    made.document["images"][1] |= {"width": 40, "height": 60}
    (reason,) = reasons(made.write())
    assert "annotated as 40 x 60, height and width are swapped" in reason


def test_a_picture_named_twice(made):
    made.document["images"].append({"id": 3, "file_name": "a.png"})
    (reason,) = reasons(made.write())
    assert reason == f"a.png is in the data set already: {made.folder}/instances.json: images[0]"


def test_order_is_that_of_ids_though_headers_are_read_beside(made):
    for number in range(3, 600):
        made.document["images"].insert(0, {"id": number, "file_name": f"{number % 7}/{number}.png"})
        made.picture(f"{number % 7}/{number}.png", 1 + number % 5, 2)
    seen = []
    data = read_data_set(made.write(), progress=lambda *counts: seen.append(counts))
    assert [picture.image_id for picture in data.pictures] == list(range(1, 600))
    assert data.pictures[400].size == (2, 1 + 401 % 5)
    assert seen == [(done, 599) for done in range(1, 600)]
