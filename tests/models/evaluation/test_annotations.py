"""What a bundle is judged by: the classes that it shares with the data set, by name or by id."""

import json

import pytest

from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.evaluation.annotations import annotated_images
from models.ssd.labels import Labels


def judged(folder, names, ids):
    return annotated_images(read_data_set(folder), Labels(names, ids))


def test_files_in_order_of_id(data_set, opened):
    assert list(opened.files) == [1, 2, 3, 4]
    assert opened.files[3] == data_set / "images/3.jpg"
    assert opened.unknown == ()


def test_nothing_is_printed(data_set, capsys):
    judged(data_set, ("cat", "dog"), (1, 2))
    assert capsys.readouterr().out == ""


def test_classes_by_name_whatever_their_ids(data_set):
    found = judged(data_set, ("background", "Dog", "cat"), (0, 1, 2))
    assert found.shared == {1: 2, 2: 1}
    assert found.unknown == ()
    assert not found.by_id


def test_a_class_that_is_not_known_is_not_judged(data_set):
    """Not even where an id is the same: 2 is another class there."""
    found = judged(data_set, ("car", "cat"), (2, 5))
    assert found.shared == {5: 1}
    assert found.unknown == ("dog",)
    assert {each["category_id"] for each in found.coco.dataset["annotations"]} == {1}
    assert list(found.files) == [1, 2, 3, 4]


def test_by_id_where_no_name_is_known(data_set):
    found = judged(data_set, ("Katze", "Vogel"), (1, 3))
    assert found.shared == {1: 1}
    assert found.unknown == ("dog",)
    assert found.by_id


@pytest.mark.parametrize(
    ("names", "ids", "said"),
    [
        (("car",), (9,), r"none of the data set's 2 classes, such as 'cat': it knows 1, .* 'car'"),
        (("bird",), (3,), "no object is annotated of a class that the bundle knows"),
    ],
)
def test_nothing_to_judge(data_set, names, ids, said):
    file = data_set / "instances.json"
    document = json.loads(file.read_text())
    if names == ("bird",):
        document["categories"].append({"id": 3, "name": "bird"})
    file.write_text(json.dumps(document))
    with pytest.raises(DataSetError, match=said):
        judged(data_set, names, ids)


def test_flags_and_sizes_are_handed_on(data_set):
    file = data_set / "instances.json"
    document = json.loads(file.read_text())
    document["annotations"][0] |= {"iscrowd": 1, "area": 7}
    document["annotations"][1] |= {"ignore": 1}
    file.write_text(json.dumps(document))
    first, second, third, *_ = judged(data_set, ("cat", "dog"), (1, 2)).coco.dataset["annotations"]
    assert (first["iscrowd"], first["difficult"], first["area"]) == (1, 0, 1600)
    assert (second["iscrowd"], second["difficult"]) == (0, 1)
    assert (third["iscrowd"], third["difficult"]) == (0, 0)
    assert [first["id"], second["id"], third["id"]] == [1, 2, 3]
