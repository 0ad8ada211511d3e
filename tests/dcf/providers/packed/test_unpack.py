"""Unpacking believes nothing: a folder whole and within the limits, or a reason and none."""

import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcf.archive import (
    MANIFEST,
    MAX_ARCHIVE_BYTES,
    MAX_DEPTH,
    MAX_MANIFEST_BYTES,
    MAX_MEMBERS,
    MAX_NAME_BYTES,
    Entry,
    pack,
)
from dcf.errors import ArchiveError
from dcf.providers.packed.tar_reader import MAX_HEADER_BYTES, members
from dcf.providers.packed.unpack import unpack
from dcf.providers.process import bytecode, requirement_check, unpacking
from tests.dcf.providers.process.tars import GOOD, code_of, header, member, pax, tar_of

ENTRY = Entry("src", "handler.py", "handle")
FILE = (member("a"), b"x")


def unpacked(folder, data):
    (folder / "tar").write_bytes(data)
    return unpack(folder / "tar", folder / "out")


def files_below(folder):
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def test_it_is_the_inverse_of_pack(tmp_path):
    long = "src/" + "/".join(["directory"] * 30) + "/Ünïcödé" + "x" * 80 + ".txt"
    for name in ("src/handler.py", "src/data/a.txt", long):
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(name)
    archive = pack(tmp_path / "root", ENTRY, (), ())
    assert unpacked(tmp_path, archive.data) == ENTRY
    assert files_below(tmp_path / "out") == {*archive.names, MANIFEST}
    assert all((tmp_path / "out" / name).read_text() == name for name in archive.names)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tars_of_other_programs_are_taken(tmp_path, form):
    middle = "src/" + "d" * 90 + "/" + "f" * 90
    data = code_of({"src/handler.py": "x = 1\n", middle: "y"}, form=form)
    folder = tar_of((member("src", tarfile.DIRTYPE), b""), (member("empty", tarfile.DIRTYPE), b""))
    start = header(tarfile.XGLTYPE, b"30 comment=by another program\n")
    assert unpacked(tmp_path, start + folder[:1024] + data) == ENTRY
    assert (tmp_path / "out" / middle).read_text() == "y"
    assert (tmp_path / "out" / "empty").is_dir()


HOSTILE = {
    "parent": ([(member("../evil"), b"x")], "plain relative path"),
    "deep-parent": ([(member("a/../../evil"), b"x")], "plain relative path"),
    "absolute": ([(member("/tmp/evil"), b"x")], "plain relative path"),
    "dot": ([(member("./evil"), b"x")], "plain relative path"),
    "nothing": ([(member(""), b"x")], "plain relative path"),
    "backslash": ([(member("..\\evil"), b"x")], "plain relative path"),
    "symlink": ([(member("link", tarfile.SYMTYPE, "/etc"), b"")], "a link or device"),
    "through-a-link": (
        [(member("link", tarfile.SYMTYPE, ".."), b""), (member("link/evil"), b"x")],
        "a link or device",
    ),
    "hard-link": ([(member("link", tarfile.LNKTYPE, "/etc/passwd"), b"")], "a link or device"),
    "link-to-a-member": ([FILE, (member("b", tarfile.LNKTYPE, "a"), b"")], "a link or device"),
    "device": ([(member("dev", tarfile.CHRTYPE), b"")], "a link or device"),
    "block-device": ([(member("dev", tarfile.BLKTYPE), b"")], "a link or device"),
    "fifo": ([(member("pipe", tarfile.FIFOTYPE), b"")], "a link or device"),
    "sparse": ([(member("hole", tarfile.GNUTYPE_SPARSE), b"")], "a sparse file"),
    "twice": ([FILE, (member("a"), b"y")], "holds 'a' twice"),
    "folder-twice": ([(member("a", tarfile.DIRTYPE), b"")] * 2, "holds 'a' twice"),
    "file-as-folder": ([FILE, (member("a/b"), b"y")], "cannot be unpacked: .*: 'a'"),
    "folder-as-file": ([(member("a/b"), b"y"), FILE], "cannot be unpacked: .*: 'a'"),
    "no-manifest": ([FILE], "no usable"),
    "manifest-is-a-folder": ([(member(MANIFEST, tarfile.DIRTYPE), b"")], "no usable"),
    "long-name": (
        [(member("a" * 200 + "/" + "b" * MAX_NAME_BYTES), b"")],
        f"at most {MAX_NAME_BYTES} bytes",
    ),
    "long-part": ([(member("a" * 300), b"")], "cannot be unpacked: File name too long"),
    "deep": ([(member("d/" * MAX_DEPTH + "d/f"), b"")], f"{MAX_DEPTH} folders deep"),
    "escapes": ([(member("\x1b[2J/../x"), b"")], r"'\\x1b\[2J/../x' is no plain"),
}


@pytest.mark.parametrize(("contents", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_archives_are_refused_and_leave_nothing(tmp_path, contents, words):
    (tmp_path / "in").mkdir()
    with pytest.raises(ArchiveError, match=words):
        unpacked(tmp_path / "in", tar_of(*contents))
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "tar"]


HEADERS = {
    "long-pax": (header(b"x", b"1" * 60_000), f"of 60000 bytes; at most {MAX_HEADER_BYTES} fit"),
    "long-global": (header(b"g", b"1" * 60_000), f"at most {MAX_HEADER_BYTES} fit"),
    "long-gnu-name": (header(b"L", b"a" * 60_000), f"at most {MAX_HEADER_BYTES} fit"),
    "long-gnu-link": (header(b"K", b"a" * 60_000), f"at most {MAX_HEADER_BYTES} fit"),
    "claims-a-lot": (header(b"x", b"", size=1 << 32), f"at most {MAX_HEADER_BYTES} fit"),
    "sparse-0.0": (pax(GNU_sparse_size=1 << 40) + tar_of(FILE), "a sparse file"),
    "sparse-0.1": (pax(GNU_sparse_map="0,1") + tar_of(FILE), "a sparse file"),
    "sparse-1.0": (pax(GNU_sparse_major=1, GNU_sparse_minor=0) + tar_of(FILE), "a sparse file"),
    "size": (pax(size=-512) + tar_of(FILE), "size stands in an extended header"),
    "wrong-length": (header(b"x", b"99 path=a\n") + tar_of(FILE), "an extended header is wrong"),
    "no-length": (header(b"x", b"0 path=a\n") + tar_of(FILE), "an extended header is wrong"),
    "no-records": (header(b"x", b"\xff" * 100) + tar_of(FILE), "an extended header is wrong"),
    "pax-leaves": (pax(path="../evil") + tar_of(FILE), "plain relative path"),
    "pax-alone": (pax(path="a"), "extended header without its file"),
    "pax-cut": (pax(path="a")[:700], "ends within an extended header"),
    "content-cut": (header(b"0", b"x", size=4096), "ends within 'header'"),
    "header-cut": (header(b"0", b"")[:300], "ends within a header"),
    "gzip": (b"\x1f\x8b\x08" + b"\x7f" * 2000, "no plain tar"),
    "base-256-size": (
        tarfile.TarInfo("a").tobuf(tarfile.GNU_FORMAT).replace(b"0" * 11, b"\xff" * 11, 1),
        "no plain tar",
    ),
    "sparse-content": (header(b"0", b"", size=1 << 32), f"over {MAX_ARCHIVE_BYTES} bytes"),
}


@pytest.mark.parametrize(("data", "words"), HEADERS.values(), ids=HEADERS)
def test_headers_that_are_traps_are_refused(tmp_path, data, words):
    with pytest.raises(ArchiveError, match=words):
        unpacked(tmp_path, data)
    assert [path.name for path in tmp_path.iterdir()] == ["tar"]


def test_folders_that_only_names_tell_of_count_too(tmp_path, monkeypatch):
    monkeypatch.setattr("dcf.archive.MAX_MEMBERS", 100)
    deep = [(member(f"{each}/" + "d/" * 48 + "f"), b"") for each in range(3)]
    with pytest.raises(ArchiveError, match="over 100 files and folders"):
        unpacked(tmp_path, tar_of(*deep))
    assert [path.name for path in tmp_path.iterdir()] == ["tar"]
    with pytest.raises(ArchiveError, match="no usable"):
        unpacked(tmp_path, tar_of(*deep[:2]))


MANIFESTS = {
    "no-json": b"{",
    "deep-lists": b"[" * 30_000,
    "deep-objects": b'{"handler":' * 5000,
    "long-number": b"1" * 60_000,
    "huge": GOOD + b" " * MAX_MANIFEST_BYTES,
    "list": b"[]",
    "number": b"3",
    "handler-is-text": b'{"handler": "src"}',
    "numbers": b'{"handler": {"dir": 1, "file": 2, "name": 3}}',
    "lists": b'{"handler": {"dir": [], "file": {}, "name": null}}',
    "leaves": b'{"handler": {"dir": "../..", "file": "x", "name": "H"}}',
    "absolute": b'{"handler": {"dir": "/etc", "file": "x", "name": "H"}}',
    "nul": b'{"handler": {"dir": "\\u0000", "file": "x", "name": "H"}}',
    "surrogate": b'{"handler": {"dir": "\\ud800", "file": "x", "name": "H"}}',
    "escapes": b'{"handler": {"dir": "src", "file": "\\u001b[2J", "name": "H"}}',
    "not-utf-8": b'{"handler": "\xff"}',
}


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_means_nothing_is_a_reason(tmp_path, manifest):
    with pytest.raises(ArchiveError, match=MANIFEST + "|lies outside"):
        unpacked(tmp_path, tar_of((member(MANIFEST), manifest)))
    assert [path.name for path in tmp_path.iterdir()] == ["tar"]


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=2048), cut=st.integers(0, 4096))
def test_broken_bytes_are_refused(tmp_path_factory, data, cut):
    folder = tmp_path_factory.mktemp("broken")
    good = tar_of((member(MANIFEST), b"{}"), (member("src/handler.py"), b"x" * 3000))
    for content in (data, good[:cut] + data):
        with pytest.raises(ArchiveError):
            unpacked(folder, content)
        assert [path.name for path in folder.iterdir()] == ["tar"]


NAMES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=300)


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(NAMES.filter(lambda name: not name.endswith("/")), max_size=5),
    form=st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_it_reads_what_tarfile_writes(tmp_path_factory, names, form):
    path = tmp_path_factory.mktemp("read") / "tar"
    path.write_bytes(tar_of(*((member(name), name.encode()) for name in names), form=form))
    with path.open("rb") as file:
        found = [(each.name, file.read(each.size).decode()) for each in members(file)]
    assert found == [(name, name) for name in names]


def test_the_limits_are_those_of_the_docs():
    page = (Path(__file__).parents[4] / "docs" / "functions.md").read_text()
    table = page.partition("### What an archive may hold")[2].partition("## Updates")[0]
    cells = [line.split("|")[2].split() for line in table.splitlines() if line.startswith("| ")]
    found = [int(words[0].strip(",;")) for words in cells[1:]]
    assert found == [
        *(MAX_ARCHIVE_BYTES, MAX_MEMBERS, MAX_NAME_BYTES, MAX_DEPTH, MAX_HEADER_BYTES),
        *(MAX_MANIFEST_BYTES, 1 << 20, unpacking.BOUNDS.cpu_seconds, 2),
        *(bytecode.MAX_SOURCE_BYTES >> 20, bytecode.ALL_CPU_SECONDS),
        requirement_check.BOUNDS.cpu_seconds,
    ]
