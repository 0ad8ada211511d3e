import os

import pytest

from models.pipeline.digests import Files, of_code


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a/deep").mkdir(parents=True)
    (tmp_path / "a/one").write_text("1")
    (tmp_path / "a/deep/two").write_text("2")
    return tmp_path / "a"


def change(folder):
    (folder / "one").write_text("!")


def rename(folder):
    (folder / "one").rename(folder / "other")


def move(folder):
    (folder / "one").rename(folder / "deep/one")


def add(folder):
    (folder / "three").touch()


def remove(folder):
    (folder / "deep/two").unlink()


@pytest.mark.parametrize("what", [change, rename, move, add, remove])
def test_whatever_changes_in_a_folder_changes_its_digest(folder, what):
    files = Files()
    before = files.of_folder(folder)
    what(folder)
    assert files.of_folder(folder) != before
    assert Files().of_folder(folder) == files.of_folder(folder)


def test_hidden_files_are_no_part(folder):
    before = Files().of_folder(folder)
    (folder / ".lock").touch()
    (folder / ".scratch").mkdir()
    (folder / ".scratch/x").touch()
    assert Files().of_folder(folder) == before


def test_a_file_that_did_not_change_is_read_once(folder):
    files = Files()
    first = files.of_file(folder / "one")
    before = (folder / "one").stat()
    (folder / "one").write_text("2")  # as long, but later
    os.utime(folder / "one", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert files.of_file(folder / "one") != first  # its ctime tells


def test_what_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Files().of_folder(tmp_path / "none")


def test_code_is_of_rooms():
    assert of_code(("datasets",)) == of_code(("datasets",)) != of_code(("datasets", "ssd"))


def test_what_takes_long_says_how_far_it_is(folder, monkeypatch):
    monkeypatch.setattr("models.pipeline.digests._TELLS", 1000)
    said = []
    (folder / "large").write_bytes(b"1" * 2500)
    Files(said.append).of_folder(folder)
    assert said == [f"comparing inputs: 0.0 GB read, now {folder}"]
    Files(said.append).of_file(folder / "one")
    assert len(said) == 1
