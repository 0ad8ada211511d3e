"""Files that name the classes."""

import pytest

from models.datasets.errors import DataSetError
from models.datasets.layouts.names import names_elsewhere, names_file, read_names, table_file


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("dataset.yaml", "names: {1: sedan, 14: cart}", {1: "sedan", 14: "cart"}),
        ("data.yaml", "names: [cat, dog]", {0: "cat", 1: "dog"}),
        ("other.yaml", "names: [cat, dog]", {0: "cat", 1: "dog"}),
        ("other.yml", "names: {2: 강아지}", {2: "강아지"}),
        ("classes.txt", "cat\n\ndog\n", {0: "cat", 1: "dog"}),
        ("obj.names", "cat\r\ndog", {0: "cat", 1: "dog"}),
    ],
)
def test_names_by_number(tmp_path, name, text, found):
    (tmp_path / name).write_text(text, "utf-8")
    assert read_names(tmp_path / name) == found
    if not name.startswith("other"):
        assert names_file(tmp_path) == tmp_path / name


@pytest.mark.parametrize(
    "text",
    ["", "names: 3", "names: []", "names: {a: cat}", "names: [cat, cat]", "names: {-1: a}", ":\t:"],
)
def test_files_without_names_are_refused(tmp_path, text):
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(DataSetError, match=r"data\.yaml"):
        read_names(tmp_path / "data.yaml")


def test_nothing_names_them(tmp_path):
    with pytest.raises(DataSetError, match=r"Train\.json has no categories.*dataset\.yaml"):
        names_elsewhere(tmp_path / "Train.json", names_file(tmp_path))


def test_a_table_says_ids_and_a_list_does_not(tmp_path):
    (tmp_path / "classes.txt").write_text("cat")
    assert table_file(tmp_path) is None
    assert names_file(tmp_path) == tmp_path / "classes.txt"
    (tmp_path / "dataset.yaml").write_text("names: {1: cat}")
    assert table_file(tmp_path) == tmp_path / "dataset.yaml"
