"""Counts add up, and bins say what is in them."""

from models.datasets.reading import read_data_set
from models.datasets.statistics import count


def test_counts(made):
    made.box(0, 0, 6, 4)  # a tenth of each side: 30 pixels of 300
    made.box(0, 0, 60, 40, iscrowd=1)
    made.document["images"].append({"id": 3, "file_name": made.picture("c.png", 700, 30).name})
    made.document["categories"].append({"id": 9, "name": "auk"})
    counted = count(read_data_set(made.write()))
    assert (counted.pictures, counted.empty, counted.objects, counted.left_out) == (3, 1, 3, 1)
    assert counted.classes == (("cat", 2), ("dog", 1), ("auk", 0))
    assert counted.sizes == (
        ("24 to 31", 1), ("32 to 47", 0), ("48 to 63", 0), ("64 to 95", 0), ("96 to 127", 0),
        ("128 to 191", 1), ("192 to 255", 0), ("256 and more", 1),
    )  # fmt: skip
    assert counted.per_picture == (("0", 1), ("1", 1), ("2", 1))
    assert counted.long_sides[0] == ("below 160", 2)
    assert counted.long_sides[-1] == ("640 to 799", 1)
    assert counted.splits == (("", 3),)


def test_without_objects(made):
    made.document["annotations"] = []
    counted = count(read_data_set(made.write()))
    assert (counted.objects, counted.empty) == (0, 2)
    assert counted.sizes == ()
    assert counted.per_picture == (("0", 2),)
