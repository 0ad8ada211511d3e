import hashlib
import json

import pytest

from models.datasets.exchange.taking import Taken

BOX = {"class": "cat", "class_id": 3, "xmin": 1.0, "ymin": 2.0, "xmax": 3.0, "ymax": 4.0}
ROW = {"image_id": 1, "name": "a.png", "bytes": b"png", "width": 6, "height": 4, "boxes": [BOX]}


@pytest.fixture
def taken(tmp_path):
    return Taken(tmp_path / "images")


def reasons(taken):
    return [row.reason for row in taken.as_rows().bad]


def test_a_row_becomes_a_file_and_a_row_of_a_data_set(taken):
    told = {"split": "val", "source": "s", "licence": "MIT"}
    taken.take(ROW | told | {"sha256": hashlib.sha256(b"png").hexdigest()}, "t: row 0")
    rows = taken.as_rows()
    (picture,) = rows.pictures
    assert picture.file.read_bytes() == b"png"
    assert (picture.image_id, picture.size, picture.split) == (1, (4, 6), "val")
    assert (picture.source, picture.licence) == ("s", "MIT")
    assert picture.objects[0].edges == (2.0, 1.0, 4.0, 3.0)
    assert (rows.names, rows.class_ids, rows.bad) == (("cat",), (3,), ())
    assert json.dumps(taken.rows)  # a pull that was ended reads them again


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "../a.png"}, 'name "../a.png" is none of a file'),
        ({"name": "/etc/cron.d/a"}, "is none of a file"),
        ({"name": "a\0.png"}, "is none of a file"),
        ({"name": None}, "name null is none"),
        ({"name": "x" * 300}, "cannot be written: File name too long"),
        ({"bytes": None}, "bytes are missing"),
        ({"bytes": b""}, "bytes are missing"),
        ({"sha256": "0" * 64}, "bytes were changed"),
        ({"image_id": None}, "image_id null is no number"),
        ({"image_id": -1}, "image_id -1 is no number"),
    ],
)
def test_a_bad_row_is_set_aside_and_writes_nothing(taken, change, reason):
    taken.take(ROW | change, "t: row 0")
    (said,) = reasons(taken)
    assert reason in said
    assert not [each for each in taken.images.rglob("*") if each.is_file()]


def test_a_name_that_is_there_already_keeps_its_picture(taken):
    taken.take(ROW, "t: row 0")
    taken.take(ROW | {"bytes": b"other", "name": "./a.png"}, "t: row 1")
    assert reasons(taken) == ["./a.png is in the place already"]
    assert (taken.images / "a.png").read_bytes() == b"png"


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        (BOX | {"class_id": 4}, 'class "cat" with class_id 4'),
        (BOX | {"class": "dog"}, 'class "dog" with class_id 3'),
        (BOX | {"class": None}, 'class "" with class_id 3'),
        (BOX | {"xmin": None}, "an edge is missing: [2.0, null, 4.0, 3.0]"),
        (None, "class_id None"),
    ],
)
def test_a_bad_box_is_set_aside_alone(taken, box, reason):
    taken.take(ROW | {"boxes": [BOX, box]}, "t: row 0")
    rows = taken.as_rows()
    (bad,) = rows.bad
    assert (bad.where, len(rows.pictures[0].objects)) == ("t: row 0: boxes[1]", 1)
    assert reason in bad.reason
