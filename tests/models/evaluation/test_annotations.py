import json

import pytest

from models.datasets.errors import DataSetError
from models.evaluation.annotations import read_annotations


def test_files_in_order_of_id(data_set, opened):
    assert list(opened.files) == [1, 2, 3, 4]
    assert opened.files[3] == data_set / "images/3.jpg"


def test_reading_prints_nothing(data_set, capsys):
    read_annotations(data_set / "images", data_set / "instances.json")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"images": []}', '{"images": [], "annotations": [], "categories": []}'],
)
def test_what_is_no_instances_file(data_set, text):
    (data_set / "instances.json").write_text(text)
    with pytest.raises(DataSetError, match="instances") as caught:
        read_annotations(data_set / "images", data_set / "instances.json")
    assert "\n" not in caught.value.message


def test_a_missing_picture_is_named(data_set):
    (data_set / "images/2.jpg").unlink()
    with pytest.raises(DataSetError, match=r"lacks 1 of 4 images, as 2\.jpg"):
        read_annotations(data_set / "images", data_set / "instances.json")


def test_annotations_without_their_image(data_set):
    file = data_set / "instances.json"
    document = json.loads(file.read_text())
    del document["images"]
    file.write_text(json.dumps(document))
    with pytest.raises(DataSetError):
        read_annotations(data_set / "images", file)
