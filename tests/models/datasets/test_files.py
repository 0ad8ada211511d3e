import json

import pytest

from models.datasets import files
from models.datasets.files import write_json, write_whole


def test_a_file_is_replaced_as_a_whole(tmp_path):
    file = tmp_path / "a"
    for content in (b"first", b"second"):
        write_whole(file, content)
        assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_what_fails_leaves_what_was_there(tmp_path, monkeypatch):
    file = tmp_path / "a"
    write_whole(file, b"first")

    def full(self, content):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"second")
    assert file.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [file]


def test_json_keeps_names_as_files_have_them(tmp_path):
    names = ["Füße.jpg", b"\xff.jpg".decode("utf-8", "surrogateescape")]
    write_json(tmp_path / "a", names)
    text = (tmp_path / "a").read_bytes().decode("utf-8", "surrogateescape")
    assert json.loads(text) == names
