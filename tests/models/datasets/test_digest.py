"""The digest is of the content: of pictures, boxes, classes and flags, and of nothing else."""

import pytest

from models.datasets.digest import digest_of, picture_mark, picture_marks
from models.datasets.reading import read_data_set
from tests.models.datasets.conftest import Made


def digest(made):
    return digest_of(read_data_set(made.write()))


def test_neither_place_nor_names_nor_order_count(made, tmp_path):
    other = Made(tmp_path / "elsewhere")
    (other.images / "a.png").rename(other.images / "z.png")
    other.document["images"] = [
        {"id": 70, "file_name": "z.png"}, {"id": 2, "file_name": "b.png"},
    ]  # fmt: skip
    other.document["annotations"][0]["image_id"] = 70
    other.document["annotations"].reverse()
    for entry in other.document["annotations"] + other.document["categories"]:
        key = "category_id" if "bbox" in entry else "id"
        entry[key] += 100
    seen = []
    assert digest_of(read_data_set(other.write()), seen.append) == digest(made)
    assert seen == [1, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.box(1, 2, 3, 4),
        lambda made: made.document["annotations"].pop(),
        lambda made: made.document["annotations"][0].update(bbox=[10, 5, 20, 29.98]),
        lambda made: made.document["annotations"][0].update(category_id=7),
        lambda made: made.document["annotations"][0].update(iscrowd=1),
        lambda made: made.document["annotations"][0].update(ignore=1),
        lambda made: made.document["annotations"][0].update(image_id=2),
        lambda made: made.document["categories"][1].update(name="tiger"),
        lambda made: made.picture("a.png", seed=99),
        lambda made: made.document["images"].append(
            {"id": 3, "file_name": made.picture("c.png").name}
        ),
    ],
    ids=["box", "less", "edge", "class", "crowd", "difficult", "owner", "name", "pixels", "more"],
)
def test_content_counts(made, change):
    before = digest(made)
    change(made)
    assert digest(made) != before


def test_pictures_are_marked_by_their_content(made):
    pictures = read_data_set(made.write()).pictures
    lines = picture_marks((*reversed(pictures), *pictures)).splitlines()
    assert lines == sorted({picture_mark(each.file) for each in pictures})
    assert {len(line) for line in lines} == {16}
