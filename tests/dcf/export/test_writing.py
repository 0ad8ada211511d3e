"""An export on disk: nothing overwritten unasked, nothing of an earlier one left."""

import pytest

from dcf.errors import AlreadyExists, InvalidRequest
from dcf.export.exported import Exported
from dcf.export.writing import write

SOME = Exported({"b.yaml": b"b", "fn/src/a.py": b"a"}, whole=("fn",))


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_files_are_made_with_their_folders_and_named_in_order(tmp_path):
    written = write(SOME, tmp_path / "out" / "x", force=False)
    assert [path.relative_to(tmp_path / "out/x").as_posix() for path in written] == [*SOME.files]
    assert tree(tmp_path / "out/x") == dict(SOME.files)


@pytest.mark.parametrize("kind", ["file", "folder", "link to nothing"])
def test_what_is_there_is_kept_unless_it_is_said(tmp_path, kind):
    place = tmp_path / "b.yaml"
    if kind == "file":
        place.write_bytes(b"mine")
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("nowhere")
    with pytest.raises(AlreadyExists, match=r"b\.yaml is there already: overwrite it with --force"):
        write(SOME, tmp_path, force=False)
    assert not (tmp_path / "fn").exists()


def test_by_force_it_is_as_if_nothing_had_been_there_in_its_own_folders(tmp_path):
    write(Exported({"b.yaml": b"1", "fn/src/old.py": b"1", "fn/z": b"1"}), tmp_path, force=False)
    (tmp_path / "beside.txt").write_bytes(b"mine")
    (tmp_path / "fn/link").symlink_to(tmp_path / "beside.txt")
    write(SOME, tmp_path, force=True)
    assert tree(tmp_path) == {**SOME.files, "beside.txt": b"mine"}


def test_what_cannot_be_written_is_named(tmp_path):
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(InvalidRequest, match=r"cannot be written \(.+\): name another folder"):
        write(SOME, tmp_path / "out", force=False)


def test_by_force_no_empty_folder_of_an_earlier_export_is_left(tmp_path):
    write(Exported({"fn/torch/deep/a.py": b"1", "fn/z": b"1"}), tmp_path, force=False)
    (tmp_path / "mine").mkdir()
    write(SOME, tmp_path, force=True)
    assert not (tmp_path / "fn/torch").exists()
    assert (tmp_path / "mine").is_dir()
