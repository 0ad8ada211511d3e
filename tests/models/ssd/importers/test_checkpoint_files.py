"""Which files are found of a checkpoint; their content is nobody's affair here."""

import stat
import zipfile

import pytest

from models.ssd.importers import archive
from models.ssd.importers.checkpoint_files import find_checkpoint
from models.ssd.importers.errors import UnreadableModel

TABLE = b"some table" + bytes.fromhex("57fb808b247547db")
INDEX, DATA = "net.ckpt.index", "net.ckpt.data-00000-of-00001"
WHOLE = {INDEX: TABLE, DATA: b"numbers"}


def fill(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def pack(path, files, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return path


def found(path):
    """Name, and content by what follows the prefix."""
    with find_checkpoint(path) as files:
        folder, stem = files.prefix.parent, files.prefix.name
        contents = {
            file.name.removeprefix(stem): file.read_bytes() for file in folder.glob(f"{stem}*")
        }
        name = files.name
    assert not folder.exists()
    return name, contents


EXPECTED = ("net.ckpt", {".index": TABLE, ".data-00000-of-00001": b"numbers"})


@pytest.mark.parametrize("named", ["net.ckpt", INDEX, DATA, ""])
def test_a_checkpoint_by_any_of_its_names(tmp_path, named):
    folder = fill(tmp_path / "odd [name]*", WHOLE | {"net.ckpt.meta": b"", "checkpoint": b"text"})
    assert found(folder / named) == EXPECTED
    assert sorted(file.name for file in folder.iterdir()) == [
        "checkpoint", DATA, INDEX, "net.ckpt.meta"
    ]  # fmt: skip


def test_a_relative_path(tmp_path, monkeypatch):
    fill(tmp_path, WHOLE)
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    assert found(Path("net.ckpt")) == found(Path()) == EXPECTED


@pytest.mark.parametrize("folder", ["", "checkpoints/"])
def test_a_zip(tmp_path, folder):
    files = {f"{folder}{name}": content for name, content in WHOLE.items()}
    extra = {"__MACOSX/._net.ckpt.index": b"", f"{folder}readme.txt": b"", f"{folder}x.meta": b""}
    assert found(pack(tmp_path / "a.zip", files | extra)) == EXPECTED


def test_the_origin_is_that_of_what_was_given(tmp_path):
    path = pack(tmp_path / "a.zip", WHOLE)
    with find_checkpoint(path) as files:
        assert [each.file for each in files.origin.files] == ["a.zip"]
    with find_checkpoint(fill(tmp_path / "b", WHOLE)) as files:
        assert [each.file for each in files.origin.files] == [INDEX, DATA]


def test_an_old_checkpoint_of_one_file(tmp_path):
    folder = fill(tmp_path / "old", {"net.ckpt-120000": TABLE, "net.ckpt-120000.meta": b""})
    expected = ("net.ckpt-120000", {"": TABLE})
    assert found(folder / "net.ckpt-120000") == expected
    assert found(folder) == expected
    assert found(pack(tmp_path / "old.zip", {"net.ckpt-120000": TABLE})) == expected


def test_several_data_files(tmp_path):
    files = {INDEX: TABLE} | {f"net.ckpt.data-0000{n}-of-00003": b"%d" % n for n in range(3)}
    assert len(found(fill(tmp_path, files))[1]) == 4
    (tmp_path / "net.ckpt.data-00001-of-00003").unlink()
    with pytest.raises(UnreadableModel, match=r"data files of checkpoint net\.ckpt are missing"):
        found(tmp_path)


def test_nothing_leaves_the_folder_it_is_unpacked_in(tmp_path):
    files = {f"../../{name}": content for name, content in WHOLE.items()}
    assert found(pack(tmp_path / "a.zip", files)) == EXPECTED
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.zip"]


TWO = WHOLE | {"other.ckpt.index": TABLE}


@pytest.mark.parametrize(
    ("files", "named", "words"),
    [
        ({}, "", "no checkpoint in"),
        ({"readme.txt": b"hi"}, "", "no checkpoint in"),
        (TWO, "", r"2 checkpoints in .*net\.ckpt, other\.ckpt"),
        ({INDEX: TABLE}, "", "data files of checkpoint .* there is none of them"),
        ({DATA: b""}, DATA, r"net\.ckpt\.index is missing beside it"),
        ({}, "nowhere.ckpt", "no such file"),
        ({"photo.ckpt": b"\xff\xd8\xff"}, "photo.ckpt", "neither a zip nor a TensorFlow"),
        ({"empty.ckpt": b""}, "empty.ckpt", "neither a zip nor a TensorFlow"),
        ({"text.zip": b"hello"}, "text.zip", "damaged zip"),
        ({"empty.zip": b""}, "empty.zip", "damaged zip"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_checkpoint_is_refused_in_one_line(tmp_path, files, named, words):
    folder = fill(tmp_path / "x", files)
    with pytest.raises(UnreadableModel, match=words) as caught:
        found(folder / named)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"readme.txt": b"hi"}, "no checkpoint in"),
        (TWO, "2 checkpoints in"),
        ({INDEX: TABLE}, "data files of checkpoint"),
    ],
    ids=["none", "two", "cut"],
)
def test_zips_of_something_else(tmp_path, files, words):
    with pytest.raises(UnreadableModel, match=words):
        found(pack(tmp_path / "a.zip", files))


@pytest.mark.parametrize("harm", ["cut", "flipped"])
def test_a_damaged_zip(tmp_path, harm):
    path = pack(tmp_path / "a.zip", {INDEX: TABLE, DATA: bytes(5000)}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    if harm == "cut":
        del content[-200:]
    else:
        content[3000] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableModel, match="damaged zip archive"):
        found(path)


def test_a_locked_zip(tmp_path):
    path = pack(tmp_path / "a.zip", WHOLE, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for start, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(start)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(start, place + 1)
    path.write_bytes(content)
    with pytest.raises(UnreadableModel, match=r"cannot be unpacked.*password"):
        found(path)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_LARGEST", 1_000_000)
    path = pack(tmp_path / "a.zip", {INDEX: TABLE, DATA: bytes(2_000_000)})
    assert path.stat().st_size < 5_000
    with pytest.raises(UnreadableModel, match="2000018 bytes of checkpoint, allowed are 1000000"):
        found(path)


def test_the_files_are_private_while_they_are_out(tmp_path):
    with find_checkpoint(pack(tmp_path / "a.zip", WHOLE)) as files:
        assert stat.S_IMODE(files.prefix.parent.stat().st_mode) == 0o700
