"""A state as one file, whole or not at all, there and back."""

import io
import json
import stat
import tarfile

import pytest

from dcf.errors import CannotStart, InvalidRequest
from dcf.gateway.state_dir_backup import back_up, restore
from dcf.gateway.state_dir_check import problems_of, unused


def ignore(_name):
    pass


@pytest.fixture(name="home")
def _home(tmp_path):
    home = tmp_path / "home"
    for folder in ("archives", "secrets", "queue/bodies", "code/x", "logs"):
        (home / folder).mkdir(parents=True)
    (home / "lock").touch()
    (home / "secrets" / "token").write_bytes(b"hush")
    (home / "queue/bodies/body").write_bytes(b"12345")
    for left_out in ("archives/a.partial", "secrets/.mounted", "logs/f.log", "code/x/handler.py"):
        (home / left_out).write_bytes(b"made again")
    return home


def contents(file):
    with tarfile.open(file) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive}


def write(file, members, listed=None):
    with tarfile.open(file, "w") as archive:
        for name, data in [*members, *([("contents.json", listed)] if listed is not None else [])]:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def test_what_cannot_be_made_again_is_in_it_and_comes_back(home, tmp_path):
    told = []
    assert back_up(home, tmp_path / "saved", told.append) == 2
    assert told == ["secrets/token", "queue/bodies/body"]
    assert list(contents(tmp_path / "saved")) == [*told, "contents.json"]
    assert stat.S_IMODE((tmp_path / "saved").stat().st_mode) == 0o600
    again = tmp_path / "again"
    told.clear()
    assert restore(tmp_path / "saved", again, told.append) == 2
    assert told == ["secrets/token", "queue/bodies/body"]
    assert (again / "secrets/token").read_bytes() == b"hush"
    assert stat.S_IMODE((again / "secrets/token").stat().st_mode) == 0o600
    assert sorted(each.name for each in again.iterdir()) == ["lock", "queue", "secrets"]


def test_a_gateway_that_is_in_keeps_both_out(home, tmp_path):
    back_up(home, tmp_path / "saved", ignore)
    with unused(home), pytest.raises(CannotStart):
        back_up(home, tmp_path / "other", ignore)
    again = tmp_path / "again"
    again.mkdir()
    (again / "lock").touch()
    with unused(again), pytest.raises(CannotStart):
        restore(tmp_path / "saved", again, ignore)
    assert not (tmp_path / "other").exists()


def test_a_file_that_is_there_is_not_written_over(home, tmp_path):
    (tmp_path / "saved").write_bytes(b"mine")
    with pytest.raises(InvalidRequest, match="is there already"):
        back_up(home, tmp_path / "saved", ignore)
    assert (tmp_path / "saved").read_bytes() == b"mine"


def test_one_that_breaks_off_leaves_nothing(home, tmp_path):
    def fail(name):
        if name.startswith("queue"):
            raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        back_up(home, tmp_path / "saved", fail)
    assert [each.name for each in tmp_path.iterdir()] == ["home"]
    assert not [each for each in home.iterdir() if each.name.startswith(".backup")]


def test_a_state_that_is_not_whole_is_not_backed_up(home, tmp_path):
    (home / "archives" / ("0" * 64)).write_bytes(b"other")
    assert len(list(problems_of(home))) == 1
    with pytest.raises(InvalidRequest, match=r"is damaged .*mend it first"):
        back_up(home, tmp_path / "saved", ignore)
    assert not (tmp_path / "saved").exists()


GOOD = ("secrets/token", b"hush")
LISTED = json.dumps(
    {"secrets/token": "00b6aab8ffdd1a7a8a41a3fae7eb5bfe3cb0bb9b5a0f5c3a0d3f1f1d2d6f2f9c"}
).encode()
BAD = {
    "cut": ([GOOD], None, "is not whole"),
    "another-digest": ([GOOD], LISTED, "is not whole"),
    "not-listed": ([GOOD], b"{}", "is not whole"),
    "no-json": ([GOOD], b"{", "is no backup of a gateway, or damaged"),
    "leads-out": ([("secrets/../../evil", b"x")], b"{}", "is no backup of a gateway: it has"),
    "parent": ([("secrets/..", b"x")], b"{}", "is no backup of a gateway: it has"),
    "absolute": ([("/etc/evil", b"x")], b"{}", "is no backup of a gateway: it has"),
    "other": ([("logs/f.log", b"x")], b"{}", "is no backup of a gateway: it has"),
    "after-the-list": (
        [("contents.json", b"{}"), GOOD],
        None,
        "is no backup of a gateway: secrets",
    ),
}


@pytest.mark.parametrize(("members", "listed", "words"), BAD.values(), ids=BAD)
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(tmp_path, members, listed, words):
    write(tmp_path / "saved", members, listed)
    with pytest.raises(InvalidRequest, match=words):
        restore(tmp_path / "saved", tmp_path / "home", ignore)
    assert [each.name for each in (tmp_path / "home").iterdir()] == ["lock"]
    assert not (tmp_path / "evil").exists()


def test_a_link_is_refused(tmp_path):
    with tarfile.open(tmp_path / "saved", "w") as archive:
        info = tarfile.TarInfo("secrets/token")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(InvalidRequest, match="is no backup of a gateway: secrets/token"):
        restore(tmp_path / "saved", tmp_path / "home", ignore)


def test_what_is_there_is_not_written_over_but_one_that_was_interrupted_goes_on(home, tmp_path):
    back_up(home, tmp_path / "saved", ignore)
    with pytest.raises(InvalidRequest, match=r"is not empty \(it has archives\)"):
        restore(tmp_path / "saved", home, ignore)
    again = tmp_path / "again"
    (again / ".restoring" / "secrets").mkdir(parents=True)
    (again / ".restoring" / "secrets" / "half").write_bytes(b"x")
    assert restore(tmp_path / "saved", again, ignore) == 2
    assert [each.name for each in (again / "secrets").iterdir()] == ["token"]
