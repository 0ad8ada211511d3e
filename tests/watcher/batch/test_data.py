"""Which files a batch takes, in which order, and what reading one gives."""

import json
import os

import pytest

from watcher.batch import data as data_of
from watcher.errors import BodyTooLarge, StartError


def test_hostile_names_are_taken_told_apart_and_break_no_line(data, begin, tmp_path):
    names = [b"\xff.jpg", b"new\nline.jpg", b"\x1b[31m.jpg", b"%41 {result}.jpg", b'"quo\\te.jpg',
             b"-rf.jpg", "\u202egpj.jpg".encode(), b"x" * 250 + b".jpg"]  # fmt: skip
    for name in names:
        data.put(name, "text ok")
    one = begin(LOG_LEVEL="debug")
    assert one.wait() == 0, one.log
    entries = json.loads((tmp_path / "result.json").read_text())["answer"]
    assert [each["result"] for each in entries] == ["ok"] * len(names)
    said = [each["file"] for each in entries]
    assert said == [name.decode("utf-8", "backslashreplace") for name in sorted(names)]
    assert "\\xff.jpg" in said
    assert "\x1b" not in one.log
    assert all(line.startswith("20") for line in one.log.splitlines())


def test_links_in_the_tree_count_and_links_out_of_it_do_not(data, answered, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_text("text secret")
    data.put("real.jpg", "text real")
    data.put("..2026/deep.jpg", "text mounted")  # how a cluster mounts files
    (data.path / "inner.jpg").symlink_to("real.jpg")
    (data.path / "mounted.jpg").symlink_to("..2026/deep.jpg")
    (data.path / "outer.jpg").symlink_to(outside / "secret.jpg")
    (data.path / "folder").symlink_to(outside)
    (data.path / "self").symlink_to(data.path)
    (data.path / "circle.jpg").symlink_to("circle.jpg")
    assert [(one["file"], one["result"]) for one in answered()] == [
        ("inner.jpg", "real"), ("mounted.jpg", "mounted"), ("real.jpg", "real"),
    ]  # fmt: skip


def test_one_file_is_taken_whatever_its_name(data, answered):
    file = data.put("numbers.idx", "text one")
    assert answered(DATA_PATH=file) == [{"file": "numbers.idx", "result": "one"}]


def test_own_files_and_patterns(data, answered):
    data.put("a.txt", "text a")
    data.put("b.TXT", "text b")
    data.put("c.jpg", "text c")
    result = data.path.parent / "result.json"
    result.write_text("text old")
    entries = answered(DATA_FILES=" *.txt, ,c.j?g,*.json,*.journal", DATA_PATH=data.path.parent)
    assert [one["file"] for one in entries] == ["data/a.txt", "data/b.TXT", "data/c.jpg"]


def names_of(folder, patterns="*.jpg", ours=frozenset()):
    return [each.name for each in data_of.find(str(folder), patterns, ours)]


def test_the_order_is_that_of_the_bytes_of_the_whole_path(data):
    for name in ("b.jpg", "B.jpg", "a/z.jpg", "a.jpg", "a-b.jpg", "é.jpg", "z/a.jpg"):
        data.put(name, "")
    found = names_of(data.path)
    assert found == sorted(found, key=str.encode)
    assert found[:3] == ["B.jpg", "a-b.jpg", "a.jpg"]
    assert len(found) == 7


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ("*.JPG", ["a.jpg", "b.Jpg"]),
        ("a.*, ,c.txt", ["a.jpg", "c.txt"]),
        ("[bc].*", ["b.Jpg", "c.txt"]),
        ("?.txt", ["c.txt"]),
    ],
)
def test_patterns_are_a_shells_without_case(data, patterns, found):
    for name in ("a.jpg", "b.Jpg", "c.txt", "jpg"):
        data.put(name, "")
    assert names_of(data.path, patterns) == found


def test_own_files_and_hidden_ones_are_no_data(data):
    ours = data.put("result.jpg", "")
    for name in ("a.jpg", ".hidden.jpg", ".folder/b.jpg"):
        data.put(name, "")
    assert names_of(data.path, ours=frozenset({ours})) == ["a.jpg"]


def test_every_file_has_a_key_of_its_own_whatever_its_bytes(data):
    for name in (b"\xff.jpg", rb"\xff.jpg", b"%FF.jpg", "\udcff.jpg".encode("utf-8", "replace")):
        data.put(name, "")
    found = data_of.find(str(data.path), "*", frozenset())
    assert len({each.key for each in found}) == len(found) == 4


@pytest.mark.parametrize(("size", "fits"), [(0, True), (10, True), (11, False)])
def test_a_file_is_read_up_to_the_limit(data, size, fits):
    file = data_of.DataFile(data.put("a.jpg", b"x" * size), "a.jpg", "a.jpg")
    if not fits:
        with pytest.raises(BodyTooLarge, match="over 10 bytes"):
            data_of.read(file, 10)
        return
    content = data_of.read(file, 10)
    state = file.path.stat()
    assert content == data_of.Content(b"x" * size, size, state.st_mtime_ns)


def test_what_is_no_plain_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(OSError, match=r"plain file|Is a directory"):
            data_of.read(data_of.DataFile(tmp_path / name, name, name), 10)


def test_a_folder_that_cannot_be_read_is_told_and_left_out(data, caplog, monkeypatch):
    data.put("a.jpg", "")
    data.put("gone/b.jpg", "")
    scan = os.scandir

    def scandir(folder):
        if str(folder).endswith("gone"):  # as for a user who may not; root may everything
            raise PermissionError(13, "Permission denied", folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert names_of(data.path) == ["a.jpg"]
    assert "gone is left out: Permission denied" in caplog.text


@pytest.mark.parametrize(
    ("path", "said"),
    [("", "DATA_PATH is not set"), ("/no/such", "cannot read DATA_PATH /no/such: No such file")],
)
def test_no_folder_is_told(path, said):
    with pytest.raises(StartError, match=said):
        data_of.find(path, "*", frozenset())
