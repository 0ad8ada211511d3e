"""Archives are the same bytes for the same files, and hold no more than a gateway takes."""

import os
from pathlib import Path

import pytest

from dcf.archive import MAX_ARCHIVE_BYTES, MAX_DEPTH, Entry, digest_of_image, pack
from dcf.errors import ArchiveError

ENTRY = Entry("./src", "handler.py", "Handler")


def write(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    write(folder, {"src/handler.py": "x = 1\n", "src/data/a.txt": "a"})
    return folder


def test_the_same_files_give_the_same_bytes_whenever_and_wherever(root, tmp_path):
    other = tmp_path / "other"
    write(other, {"src/data/a.txt": "a", "src/handler.py": "x = 1\n"})
    os.utime(other / "src" / "handler.py", (1, 1))
    (other / "src" / "handler.py").chmod(0o777)
    assert pack(root, ENTRY, (), ()) == pack(other, ENTRY, (), ())


def test_one_changed_byte_gives_another_name(root):
    before = pack(root, ENTRY, (), ()).digest
    write(root, {"src/data/a.txt": "b"})
    assert pack(root, ENTRY, (), ()).digest != before


def test_includes_keep_their_paths_and_their_parents_stay_packages(root):
    write(
        root,
        {
            "models/__init__.py": "",
            "models/ssd/x.py": "",
            "models/ssd/nets/n.py": "",
            "models/other.py": "",
        },
    )
    names = pack(root, ENTRY, ("models/ssd",), ("models/ssd/nets",)).names
    assert "models/__init__.py" in names
    assert "models/ssd/x.py" in names
    assert "models/ssd/nets/n.py" not in names
    assert "models/other.py" not in names


@pytest.mark.parametrize(
    "pattern", ["src/data", "./src/data/", "src/data/*", "*.txt", "src/*/a.txt"]
)
def test_what_is_excluded_stays_behind(root, pattern):
    assert pack(root, ENTRY, (), (pattern,)).names == ("src/handler.py",)


def test_rubbish_is_never_packed(root):
    write(
        root,
        {
            "src/__pycache__/handler.cpython-311.pyc": "",
            "src/.git/config": "",
            "src/.venv-x/lib.py": "",
        },
    )
    assert pack(root, ENTRY, (), ()).names == ("src/data/a.txt", "src/handler.py")


@pytest.mark.parametrize(
    ("entry", "include", "words"),
    [
        (Entry("./nope", "handler.py", "H"), (), "does not exist"),
        (Entry("./src", "other.py", "H"), (), "is not in"),
        (ENTRY, ("nope",), "does not exist"),
        (ENTRY, ("../outside",), "lies outside"),
        (ENTRY, ("/etc/hostname",), "lies outside"),
        (ENTRY, ("leaving",), "link that leaves"),
        (ENTRY, ("gone",), "lies outside"),
    ],
    ids=["folder", "file", "include", "parent", "absolute", "link-in-folder", "link-itself"],
)
def test_what_cannot_be_packed_is_named(root, tmp_path, entry, include, words):
    write(tmp_path, {"outside/secret.txt": "s"})
    (root / "leaving").mkdir()
    (root / "leaving" / "link.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (root / "gone").symlink_to(tmp_path / "outside")
    with pytest.raises(ArchiveError, match=words):
        pack(root, entry, include, ())


def test_what_the_gateway_would_refuse_is_told_before_it_is_packed(root, monkeypatch):
    deep = "src/" + "d/" * MAX_DEPTH + "f.py"
    write(root, {deep: ""})
    with pytest.raises(ArchiveError, match=f"too long a path: .* {MAX_DEPTH} folders"):
        pack(root, ENTRY, (), ())
    assert pack(root, ENTRY, (), ("src/d",)).names
    (root / "src" / "sparse").touch()
    os.truncate(root / "src" / "sparse", MAX_ARCHIVE_BYTES)
    with pytest.raises(ArchiveError, match=f"over {MAX_ARCHIVE_BYTES} bytes: leave files out"):
        pack(root, ENTRY, (), ("src/d",))
    monkeypatch.setattr("dcf.archive.MAX_MEMBERS", 4)  # src, src/data, and two files
    assert pack(root, ENTRY, (), ("src/d", "src/sparse")).names
    write(root, {"src/one_more.py": ""})
    with pytest.raises(ArchiveError, match="over 4 files and folders"):
        pack(root, ENTRY, (), ("src/d", "src/sparse"))


@pytest.mark.parametrize(
    "image",
    ["", "nginx", "archive:sha256:short", "archive:sha256:" + "g" * 64, "sha256:" + "0" * 64],
)
def test_images_that_are_no_archives_are_refused(image):
    with pytest.raises(ArchiveError, match="dcf function create"):
        digest_of_image(image)


def test_pack_of_the_projects_own_function_leaves_tensorflow_rooms_behind():
    from dcf.config import load

    (function,) = load(Path(__file__).parents[2] / "config.yaml").functions
    names = pack(function.root, function.entry, function.include, function.exclude).names
    assert "handler/handler.py" in names
    assert "models/ssd/detector.py" in names
    assert not [
        name for name in names if name.startswith(("models/ssd/nets/", "models/ssd/importers/"))
    ]
    assert not [name for name in names if "convert" in name or "quantize" in name]
