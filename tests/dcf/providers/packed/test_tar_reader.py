"""The headers of a tar: names in every form that programs write, and nothing else."""

import io
import tarfile

import pytest

from dcf.errors import ArchiveError
from dcf.providers.packed.tar_reader import BLOCK, MAX_HEADER_BYTES, Member, members
from tests.dcf.providers.process.tars import header, member, pax, tar_of


def read(data):
    file = io.BytesIO(data)
    return [(each, file.read(each.size)) for each in members(file)]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (tarfile.USTAR_FORMAT, "a/b.txt"),
        (tarfile.USTAR_FORMAT, "d" * 90 + "/" + "f" * 90),  # in the header's second field
        (tarfile.GNU_FORMAT, "d" * 90 + "/" + "f" * 300),
        (tarfile.PAX_FORMAT, "d" * 90 + "/" + "ü" * 300),
    ],
    ids=["short", "prefix", "gnu", "pax"],
)
@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1])
def test_files_come_with_their_content(form, name, size):
    data = tar_of((member(name), b"x" * size), (member("next"), b"n"), form=form)
    assert read(data) == [
        (Member(name, is_folder=False, size=size), b"x" * size),
        (Member("next", is_folder=False, size=1), b"n"),
    ]


def test_a_long_name_is_for_one_member():
    data = tar_of((member("l" * 300), b""), (member("short"), b""))
    assert [each.name for each, _ in read(data)] == ["l" * 300, "short"]


@pytest.mark.parametrize("kind", [b"0", b"\0", b"7"])
def test_regular_files_of_every_age_are_files(kind):
    ((found, content),) = read(header(kind, b"data"))
    assert (found, content) == (Member("header", is_folder=False, size=4), b"data")


@pytest.mark.parametrize(
    ("name", "kind"), [("folder", tarfile.DIRTYPE), ("folder/", tarfile.REGTYPE)]
)
def test_folders_have_no_size_and_no_slash(name, kind):
    info = member(name, kind)
    assert [each for each, _ in read(info.tobuf())] == [Member("folder", is_folder=True, size=0)]


def test_whoever_takes_a_member_may_leave_the_file_anywhere():
    file = io.BytesIO(tar_of((member("a"), b"x" * 2000), (member("b"), b"")))
    names = []
    for each in members(file):
        names.append(each.name)
        file.seek(7)
    assert names == ["a", "b"]


@pytest.mark.parametrize("data", [b"", bytes(BLOCK), bytes(BLOCK * 20)], ids=len)
def test_an_end_without_members_is_an_empty_tar(data):
    assert read(data) == []


def test_what_follows_the_end_is_not_read():
    assert [each.name for each, _ in read(tar_of((member("a"), b"")) + b"\xff" * 5000)] == ["a"]


def test_other_records_and_global_headers_change_nothing():
    data = header(b"g", b"") + pax(mtime="1.5", comment="x") + header(b"K", b"a link")
    assert [each.name for each, _ in read(data + tar_of((member("a"), b"")))] == ["a"]


def test_the_largest_extended_header_fits_and_one_more_byte_does_not():
    name = "n" * (MAX_HEADER_BYTES - 1)
    largest = header(b"L", name.encode() + b"\0")
    assert [each.name for each, _ in read(largest + tar_of((member("a"), b"")))] == [name]
    with pytest.raises(ArchiveError, match=f"at most {MAX_HEADER_BYTES} fit"):
        read(header(b"L", name.encode() + b"\0\0"))


@pytest.mark.parametrize(
    ("kind", "what"),
    [(b"1", "a link or device"), (b"2", "a link or device"), (b"3", "a link or device"),
     (b"6", "a link or device"), (b"S", "a sparse file"), (b"Z", "a link or device")],
)  # fmt: skip
def test_anything_else_is_named_and_refused(kind, what):
    with pytest.raises(ArchiveError, match=f"'header' is {what}; only files and folders"):
        read(header(kind, b""))


@pytest.mark.parametrize("place", range(0, 300, 7))
def test_a_header_with_one_wrong_byte_is_refused(place):
    data = bytearray(tar_of((member("name"), b"x")))
    data[place] ^= 1
    with pytest.raises(ArchiveError, match="no plain tar"):
        read(bytes(data))
