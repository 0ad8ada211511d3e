"""What is removed is out of sight at once, and never taken for whole while it is being deleted."""

import threading

from dcf.providers.process import removal
from dcf.providers.process.removal import DOOMED, remove
from tests.waiting import until


def test_files_are_gone_and_folders_out_of_sight_at_once(tmp_path, monkeypatch):
    go = threading.Event()
    delete = removal._delete

    def later(folders):
        go.wait(20)
        delete(folders)

    monkeypatch.setattr(removal, "_delete", later)
    (tmp_path / "file").touch()
    (tmp_path / "code" / "deep").mkdir(parents=True)
    remove([tmp_path / "file", tmp_path / "code", tmp_path / "gone"])
    (left,) = tmp_path.iterdir()
    assert left.suffix == DOOMED
    assert (left / "deep").is_dir()
    (tmp_path / "code").mkdir()  # its name is free again
    go.set()
    until(lambda: not left.exists())
    assert (tmp_path / "code").is_dir()


def test_what_an_earlier_run_had_begun_to_delete_is_deleted_under_its_name(tmp_path):
    half = tmp_path / f"abc{DOOMED}"
    (half / "rest").mkdir(parents=True)
    remove(tmp_path.iterdir())
    until(lambda: not half.exists())


def test_one_that_cannot_be_removed_keeps_no_other(tmp_path, monkeypatch):
    unlink = type(tmp_path).unlink

    def refuse(path, **more):
        if path.name == "kept":
            raise PermissionError
        unlink(path, **more)

    for name in ("kept", "other"):
        (tmp_path / name).touch()
    monkeypatch.setattr(type(tmp_path), "unlink", refuse)
    remove([tmp_path / "kept", tmp_path / "other"])
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


def test_nothing_to_do_starts_no_thread(monkeypatch):
    monkeypatch.setattr(threading, "Thread", None)
    remove([])
