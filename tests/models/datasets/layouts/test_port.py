import pytest

from models.datasets.errors import DataSetError
from models.datasets.layouts.port import inner_path, read_bounded


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.jpg", "a.jpg"), ("x/a.jpg", "x/a.jpg"), ("x\\a.jpg", "x/a.jpg"), ("./a.jpg", "a.jpg"),
        ("../a.jpg", None), ("x/../../a.jpg", None), ("/a.jpg", None), ("", None), (".", None),
        ("..\\a.jpg", None), ("a\0.jpg", None),
    ],
)  # fmt: skip
def test_paths_stay_below(name, path):
    found = inner_path(name)
    assert (found and found.as_posix()) == path


def test_files_are_bounded(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bounded(tmp_path / "a", 5) == b"12345"
    with pytest.raises(DataSetError, match="more than"):
        read_bounded(tmp_path / "a", 4)
    with pytest.raises(DataSetError, match="cannot be read: No such file"):
        read_bounded(tmp_path / "none")
