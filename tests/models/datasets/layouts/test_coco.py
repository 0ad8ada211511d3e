"""COCO's files: rows that do not fit are listed, files that do not fit are refused."""

import json
import unicodedata

import pytest

from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.datasets.tolerance import ANY


def bad(folder):
    return [
        (row.where.removeprefix(f"{folder}/instances.json: "), row.reason)
        for row in read_data_set(folder, tolerance=ANY).bad
    ]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"file_name": "c.png"}, "lacks an id or a file_name"),
        ({"id": "3", "file_name": "c.png"}, "lacks an id or a file_name"),
        ({"id": True, "file_name": "c.png"}, "lacks an id or a file_name"),
        ({"id": -3, "file_name": "c.png"}, "lacks an id or a file_name"),
        ({"id": 3}, "lacks an id or a file_name"),
        ({"id": 3, "file_name": ["c.png"]}, "lacks an id or a file_name"),
        ({"id": 3, "file_name": ""}, "lacks an id or a file_name"),
        ({"id": 3, "file_name": "../c.png"}, "lacks an id or a file_name in the folder"),
        ({"id": 3, "file_name": "/etc/passwd"}, "lacks an id or a file_name in the folder"),
        ({"id": 3, "file_name": "c\0.png"}, "lacks an id or a file_name in the folder"),
        ({"id": 1, "file_name": "c.png"}, "image id 1 is that of a.png, too"),
        ("c.png", "lacks an id"),
        (None, "lacks an id"),
    ],
)
def test_bad_images(made, entry, reason):
    made.picture("c.png")
    made.document["images"].append(entry)
    ((where, said),) = bad(made.write())
    assert where == "images[2]"
    assert reason in said


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"image_id": 9}, "image_id 9 is no picture's"),
        ({"image_id": None}, "image_id null is no picture's"),
        ({"image_id": "1"}, 'image_id "1" is no picture\'s'),
        ({"category_id": 4}, "category_id 4 is no category's"),
        ({"category_id": None}, "category_id null is no category's"),
        ({"bbox": [1, 2, 3]}, "bbox is no list of four numbers: [1, 2, 3]"),
        ({"bbox": None}, "bbox is no list"),
        ({"bbox": ["1", 2, 3, 4]}, "bbox is no list"),
        ({"bbox": [True, 2, 3, 4]}, "bbox is no list"),
        ({"bbox": {"x": 1}}, "bbox is no list"),
        ({"bbox": [10**400, 2, 3, 4]}, "bbox is no list of four numbers: [1000"),
        ({"id": 1}, "its id is another annotation's, too"),
    ],
)
def test_bad_annotations(made, fields, reason):
    made.box(1, 2, 3, 4, **fields)
    ((where, said),) = bad(made.write())
    assert where.startswith("annotations[2]")
    assert reason in said
    assert len(said) < 200


def test_ids_may_be_missing_where_nothing_needs_them(made):
    for entry in made.document["annotations"]:
        del entry["id"]
    made.document["annotations"][0]["image_id"] = 1.0  # as some tools write it
    data = read_data_set(made.write())
    assert [len(picture.boxes) for picture in data.pictures] == [1, 1]


def test_an_id_of_zero_is_an_id(made):
    made.document["images"][0]["id"] = 0
    made.document["annotations"][0] |= {"image_id": 0, "category_id": 0}
    made.document["categories"][0]["id"] = 0
    made.document["annotations"][1]["category_id"] = 3
    data = read_data_set(made.write())
    assert [picture.image_id for picture in data.pictures] == [0, 2]
    assert (data.names, data.class_ids) == (("dog", "cat"), (0, 3))
    assert data.pictures[0].columns.tolist() == [0]


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "{}", '"x"', "null", '{"images": [], "annotations": []}', "[" * 100_000,
        '{"images": {}, "annotations": [], "categories": []}', "1" * 10_000, "\ud800\udfff",
        '{"images": [], "annotations": [], "categories": []}',
        '{"images": [], "annotations": [], "categories": [{"name": "cat"}]}',
        '{"images": [], "annotations": [], "categories": [7]}',
    ],
)  # fmt: skip
def test_another_file_is_refused_in_one_line(made, text):
    made.write()
    file = made.folder / "instances.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DataSetError) as caught:
        read_data_set(made.folder)
    assert caught.value.message.startswith(str(file))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("categories", "said"),
    [
        ([{"id": 3, "name": "cat"}, {"id": 3, "name": "dog"}], "category 3 is 'dog', but also"),
        ([{"id": 3, "name": "cat"}, {"id": 4, "name": "cat"}], "two categories are called 'cat'"),
    ],
)
def test_classes_must_be_told_apart(made, categories, said):
    made.document["categories"] = categories
    with pytest.raises(DataSetError, match=said):
        read_data_set(made.write())


def test_splits_beside_their_files(made):
    """As some tools export it: each split's folder has its own file."""
    text = made.write().joinpath("instances.json").read_text()
    (made.folder / "instances.json").unlink()
    for split in ("train", "valid"):
        made.images.joinpath(split).mkdir()
        for name in ("a.png", "b.png"):
            (made.folder / split).mkdir(exist_ok=True)
            (made.folder / split / name).write_bytes((made.images / name).read_bytes())
        (made.folder / split / "_annotations.coco.json").write_text(text)
    for file in sorted(made.images.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    made.images.rmdir()
    data = read_data_set(made.folder)
    assert [(picture.split, picture.name) for picture in data.pictures] == [
        ("train", "train/a.png"), ("train", "train/b.png"),
        ("valid", "valid/a.png"), ("valid", "valid/b.png"),
    ]  # fmt: skip


def test_flags(made):
    made.document["annotations"][0] |= {"iscrowd": 1}
    made.document["annotations"][1] |= {"ignore": 1}
    first, second = read_data_set(made.write()).pictures
    assert (first.crowd.tolist(), first.difficult.tolist()) == ([True], [False])
    assert (second.crowd.tolist(), second.difficult.tolist()) == ([False], [True])


def test_a_file_without_pictures_beside_it(made):
    made.document["images"] = json.loads(json.dumps(made.document["images"]))
    made.write()
    made.images.rename(made.folder / "elsewhere")
    with pytest.raises(DataSetError, match="no picture that can be used, first"):
        read_data_set(made.folder)


def test_names_of_classes_from_beside(made):
    """A challenge's file has neither categories nor sizes."""
    del made.document["categories"]
    for entry in made.document["images"]:
        del entry["width"], entry["height"]
    folder = made.write()
    with pytest.raises(DataSetError, match=r"has no categories.*dataset\.yaml"):
        read_data_set(folder)
    (folder / "dataset.yaml").write_text("names: {3: cat, 5: cow, 7: dog}")
    data = read_data_set(folder)
    assert (data.names, data.class_ids) == (("cat", "cow", "dog"), (3, 5, 7))
    assert [picture.columns.tolist() for picture in data.pictures] == [[0], [2]]
    assert [picture.size for picture in data.pictures] == [(40, 60), (40, 60)]


def test_its_own_categories_come_first(made):
    folder = made.write()
    (folder / "dataset.yaml").write_text("names: {3: lion}")
    assert read_data_set(folder).names == ("cat", "dog")


@pytest.mark.parametrize("there", ["NFC", "NFD"])
def test_korean_names_in_two_compositions(made, there):
    name = "20201102_경기도_맑음.png"
    other = {"NFC": "NFD", "NFD": "NFC"}[there]
    made.picture(unicodedata.normalize(there, name))
    made.document["images"][0]["file_name"] = unicodedata.normalize(other, name)
    data = read_data_set(made.write())
    assert not data.bad
    assert data.pictures[0].file.name == unicodedata.normalize(there, name)
