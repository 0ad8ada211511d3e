"""VOC's folders: which picture an XML file is about, which split, which classes."""

import pytest
from PIL import Image

from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.datasets.tolerance import ANY

OBJECT = (
    "<object><name>{}</name><difficult>{}</difficult><bndbox><xmin>1</xmin><ymin>2</ymin>"
    "<xmax>5</xmax><ymax>6</ymax></bndbox></object>"
)
CAT = OBJECT.format("cat", 0)


@pytest.fixture
def folder(tmp_path):
    for name in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def picture(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (20, 10)).save(file)


def xml(file, told="", objects=CAT):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"<annotation><filename>{told}</filename><source><database>mine</database></source>"
        f"{objects}</annotation>"
    )


def names(data):
    return [each.name for each in data.pictures]


@pytest.mark.parametrize("told", ["a.jpg", "", "other.jpg", "/home/me/a.jpg", "a", "..\\a.jpg"])
def test_the_picture_is_found_whatever_the_file_tells(folder, told):
    picture(folder / "JPEGImages/a.jpg")
    xml(folder / "Annotations/a.xml", told)
    data = read_data_set(folder)
    assert names(data) == ["a.jpg"]
    assert data.pictures[0].source == "mine"
    assert data.pictures[0].boxes.tolist() == [[1, 0, 6, 5]]
    assert data.bad == ()


def test_what_the_file_tells_goes_first(folder):
    for name in ("a.jpg", "a.png"):
        picture(folder / "JPEGImages" / name)
    xml(folder / "Annotations/a.xml", "a.png")
    data = read_data_set(folder, tolerance=ANY)
    assert names(data) == ["a.png"]
    assert [row.reason for row in data.bad] == ["the picture has no XML file"]
    assert data.bad[0].where == f"{folder}/JPEGImages/a.jpg"


def test_beside_the_pictures_and_below_folders(tmp_path):
    for name in ("x/a", "y/a"):
        picture(tmp_path / f"{name}.jpg")
        xml(tmp_path / f"{name}.xml", "a.jpg")
    assert names(read_data_set(tmp_path)) == ["x/a.jpg", "y/a.jpg"]


def test_difficult_objects_are_not_judged(folder):
    picture(folder / "JPEGImages/a.jpg")
    objects = OBJECT.format("cat", 1) + OBJECT.format("dog", 0)
    xml(folder / "Annotations/a.xml", objects=objects)
    data = read_data_set(folder)
    assert data.pictures[0].judged.tolist() == [False, True]
    assert (data.names, data.class_ids) == (("cat", "dog"), (1, 2))


def test_a_list_gives_the_classes_their_order(folder):
    picture(folder / "JPEGImages/a.jpg")
    xml(folder / "Annotations/a.xml", objects=OBJECT.format("dog", 0) + OBJECT.format("cow", 0))
    (folder / "labels.txt").write_text("zebra\n\ndog\n")
    data = read_data_set(folder, tolerance=ANY)
    assert data.names == ("zebra", "dog")
    assert [row.reason for row in data.bad] == ["class 'cow' is none of the list's"]
    assert data.bad[0].where.endswith("a.xml: object[1]")
    (folder / "labels.txt").write_text("dog\ndog\n")
    with pytest.raises(DataSetError, match="each once"):
        read_data_set(folder)


def test_splits_and_what_is_wrong_with_their_lists(folder):
    for name in "abc":
        picture(folder / f"JPEGImages/{name}.jpg")
        xml(folder / f"Annotations/{name}.xml")
    (folder / "ImageSets/Main/train.txt").write_text("a\nb 1\n\nnone\n")
    (folder / "ImageSets/Main/val.txt").write_text("b\n")
    (folder / "ImageSets/Main/cat_train.txt").write_text("c\n")
    data = read_data_set(folder, tolerance=ANY)
    assert [each.split for each in data.pictures] == ["train", "train", ""]
    assert [(row.where, row.reason) for row in data.bad] == [
        (f"{folder}/ImageSets/Main/train.txt: line 4", "none has no XML file"),
        (f"{folder}/ImageSets/Main/val.txt: line 1", "b is in train, too"),
    ]


def test_bad_files_and_objects(folder):
    for name in "abc":
        picture(folder / f"JPEGImages/{name}.jpg")
    xml(folder / "Annotations/a.xml", objects="<object><name>cat</name></object>")
    (folder / "Annotations/b.xml").write_text("<annotation>")
    xml(folder / "Annotations/c.xml", objects=OBJECT.format("", 0))
    data = read_data_set(folder, tolerance=ANY)
    assert names(data) == ["a.jpg", "c.jpg"]
    said = sorted(row.reason.partition(":")[0] for row in data.bad)
    assert said == [
        "class '' is none of the list's", "it is no XML",
        "its bndbox lacks an edge, or one is no number",
    ]  # fmt: skip


def test_no_annotations(tmp_path):
    with pytest.raises(DataSetError, match="no annotations of VOC"):
        read_data_set(tmp_path, layout="voc")
