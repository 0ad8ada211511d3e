"""YOLO's folders: names of classes, lines, outlines, splits."""

import pytest
from PIL import Image

from models.datasets.errors import DataSetError
from models.datasets.reading import read_data_set
from models.datasets.tolerance import ANY


@pytest.fixture
def folder(tmp_path):
    """All in one folder, as labelling tools write it."""
    picture(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    return tmp_path


def picture(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (20, 10)).save(file)


def test_beside_the_pictures(folder):
    data = read_data_set(folder)
    assert (data.names, data.class_ids) == (("cat", "dog"), (0, 1))
    (only,) = data.pictures
    assert (only.name, only.split) == ("a.png", "")
    assert only.boxes.tolist() == [[2.5, 5, 7.5, 15]]


def test_outlines_become_boxes(folder):
    (folder / "a.txt").write_text("1 0.1 0.2 0.5 0.9 0.3 0.4\n")
    (only,) = read_data_set(folder).pictures
    assert only.columns.tolist() == [1]
    assert only.boxes.tolist()[0] == pytest.approx([2, 2, 9, 10], abs=1e-5)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2 0.5 0.5 0.1 0.1", "class 2 has no name"),
        ("-1 0.5 0.5 0.1 0.1", "class -1 has no name"),
        ("0 0.5 0.5 0.1", "4 numbers: 5 are a box"),
        ("0 0.5 0.5 0.1 0.1 0.9", "6 numbers"),
        ("0 0.5 0.5 0.1 0.1 0.9 0.8 0.7", "8 numbers"),
        ("0", "1 numbers"),
        ("cat 0.5 0.5 0.1 0.1", "not numbers alone: cat"),
        ("0.5 0.5 0.5 0.1 0.1", "not numbers alone"),
        ("0 0.5 0.5 0.1 x", "not numbers alone"),
        ("0 nan 0.5 0.1 0.1", "an edge that is no number"),
        ("0 0.1 0.1 nan 0.2 0.3 0.3", "an edge that is no number"),
        ("0 0.5 0.5 0 0.1", "a box is empty"),
        ("0 0.5 0.5 -0.1 0.1", "a box is reversed"),
        ("0 10 5 2 2", "outside the picture"),
        ("\x00\xff", "not numbers alone"),
    ],
)
def test_bad_lines(folder, line, reason):
    (folder / "a.txt").write_text(f"0 0.5 0.5 0.5 0.5\n\n{line}\n")
    data = read_data_set(folder, tolerance=ANY)
    (bad,) = data.bad
    assert bad.where == f"{folder}/a.txt: line 3"
    assert reason in bad.reason
    assert len(data.pictures[0].boxes) == 1


def test_a_text_file_without_a_picture(folder):
    (folder / "b.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (bad,) = read_data_set(folder, tolerance=ANY).bad
    assert bad.where == f"{folder}/b.txt"
    assert "no such picture" in bad.reason


@pytest.mark.parametrize(
    "names",
    [
        "names: [cat, dog]", "names: {0: cat, 1: dog}", "names:\n  1: dog\n  0: cat",
        "nc: 2\nnames: ['cat', 'dog']\ntrain: ../train/images",
    ],
)  # fmt: skip
def test_names_in_yaml(folder, names):
    (folder / "classes.txt").unlink()
    (folder / "data.yaml").write_text(names)
    data = read_data_set(folder)
    assert (data.names, data.class_ids) == (("cat", "dog"), (0, 1))


def test_numbers_of_classes_may_have_gaps(folder):
    (folder / "data.yaml").write_text("names: {3: cat, 7: 9}")
    (folder / "a.txt").write_text("7 0.5 0.5 0.5 0.5\n")
    data = read_data_set(folder)
    assert (data.names, data.class_ids) == (("cat", "9"), (3, 7))
    assert data.pictures[0].columns.tolist() == [1]


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "names:", "names: []", "names: cat", "names: [cat, cat]", "names: {cat: 0}",
        "names: [[cat]]", "names: {-1: cat}", "- cat", "names: !!python/object:os.system {}",
        "[" * 5000, "names: {true: cat}", "a: &a [x]\nnames: [*a, *a]",
    ],
)  # fmt: skip
def test_yaml_without_names_is_one_line(folder, text):
    (folder / "data.yaml").write_text(text)
    with pytest.raises(DataSetError) as caught:
        read_data_set(folder)
    assert caught.value.message.startswith(f"{folder}/data.yaml")
    assert "\n" not in caught.value.message


def test_names_are_needed(folder):
    (folder / "classes.txt").unlink()
    with pytest.raises(DataSetError, match=r"it needs data\.yaml with `names`, or classes\.txt"):
        read_data_set(folder, layout="yolo")


def test_no_annotations(tmp_path):
    with pytest.raises(DataSetError, match="no annotations of YOLO"):
        read_data_set(tmp_path, layout="yolo")


def test_images_beside_labels(tmp_path):
    """Those in folders of a split belong to it; those that are in none, to none."""
    (tmp_path / "labels/val").mkdir(parents=True)
    (tmp_path / "labels/classes.txt").write_text("cat\n")
    (tmp_path / "labels/val/b.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    for name in ("a.png", "val/b.png"):
        picture(tmp_path / "images" / name)
    data = read_data_set(tmp_path)
    assert [(each.name, each.split, len(each.boxes)) for each in data.pictures] == [
        ("a.png", "", 0), ("val/b.png", "val", 1),
    ]  # fmt: skip
    assert data.bad == ()
