"""Archives are the same bytes for the same files, and unpacking believes nothing."""

import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcf.archive import MANIFEST, Entry, digest_of_image, pack, unpack
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


def test_unpack_is_the_inverse_of_pack(root, tmp_path):
    archive = pack(root, ENTRY, (), ())
    (tmp_path / "tar").write_bytes(archive.data)
    assert unpack(tmp_path / "tar", tmp_path / "out") == ENTRY
    assert (tmp_path / "out" / "src" / "data" / "a.txt").read_text() == "a"
    found = {
        str(path.relative_to(tmp_path / "out"))
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert found == {*archive.names, MANIFEST}


def tar_of(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def member(name, kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


HOSTILE = {
    "parent": [(member("../evil"), b"x")],
    "deep-parent": [(member("a/../../evil"), b"x")],
    "absolute": [(member("/tmp/evil"), b"x")],
    "dot": [(member("./evil"), b"x")],
    "backslash": [(member("..\\evil"), b"x")],
    "symlink": [(member("link", tarfile.SYMTYPE, "/etc"), b"")],
    "through-a-link": [(member("link", tarfile.SYMTYPE, ".."), b""), (member("link/evil"), b"x")],
    "hard-link": [(member("link", tarfile.LNKTYPE, "/etc/passwd"), b"")],
    "device": [(member("dev", tarfile.CHRTYPE), b"")],
    "fifo": [(member("pipe", tarfile.FIFOTYPE), b"")],
    "twice": [(member("a"), b"x"), (member("a"), b"y")],
    "file-as-folder": [(member("a"), b"x"), (member("a/b"), b"y")],
    "no-manifest": [(member("a"), b"x")],
    "manifest-no-json": [(member(MANIFEST), b"{")],
    "manifest-wrong-type": [(member(MANIFEST), b'{"handler": {"dir": 1, "file": 2, "name": 3}}')],
    "manifest-leaves": [
        (member(MANIFEST), b'{"handler": {"dir": "../..", "file": "x", "name": "H"}}')
    ],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_hostile_archives_are_refused_and_leave_nothing(tmp_path, members):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "tar").write_bytes(tar_of(*members))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArchiveError):
        unpack(tmp_path / "in" / "tar", tmp_path / "in" / "out")
    assert sorted(tmp_path.rglob("*")) == before


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=2048), cut=st.integers(0, 4096))
def test_broken_bytes_are_refused(tmp_path_factory, data, cut):
    folder = tmp_path_factory.mktemp("broken")
    good = tar_of((member(MANIFEST), b"{}"), (member("src/handler.py"), b"x" * 3000))
    for number, content in enumerate((data, good[:cut] + data)):
        (folder / "tar").write_bytes(content)
        with pytest.raises(ArchiveError):
            unpack(folder / "tar", folder / f"out{number}")
        assert [path.name for path in folder.iterdir()] == ["tar"]


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
