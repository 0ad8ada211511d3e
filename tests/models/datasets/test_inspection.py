"""A data set looked through: what a header does not tell, and what is there twice."""

import shutil

from models.datasets.inspection import inspect_data_set, pairs_among
from tests.models.datasets.conftest import Made


def nothing(what):
    return lambda done, whole: None


def test_a_picture_that_breaks_off_is_a_bad_row(made):
    file = made.picture("b.jpg", 60, 40)
    made.document["images"][1]["file_name"] = "b.jpg"
    file.write_bytes(file.read_bytes()[:-300])
    steps = []
    looked = inspect_data_set(
        made.write(), "", "", lambda what: steps.append(what) or nothing(what)
    )
    assert [picture.name for picture in looked.data.pictures] == ["a.png"]
    (bad,) = looked.data.bad
    assert bad.where == str(file)
    assert "b.jpg: cannot be " in bad.reason
    assert looked.rows == 4
    assert len(looked.prints) == 1
    assert steps == ["pictures looked at", "pictures decoded"]


def test_several_are_splits_of_one(made, tmp_path):
    other = Made(tmp_path / "other")
    for name in ("a.png", "b.png"):
        other.picture(name, seed=sum(name.encode()) + 100)
    shutil.copyfile(made.images / "b.png", other.images / "a.png")
    found = {
        name: inspect_data_set(each.write(), "", "", nothing)
        for name, each in (("one", made), ("two", other))
    }
    (pair,) = pairs_among(found, nothing)
    assert pair.leak
    assert str(pair) == "one: b.png and two: a.png are the same file"
    alone = {"two": found["two"]}
    assert pairs_among(alone, nothing) == []
