"""Zips: nothing leads out, names as they were meant, an ended run goes on."""

import stat
import unicodedata
import zipfile

import pytest

from models.datasets.archive import unpack
from models.datasets.errors import DataSetError

KOREAN = "20201102_경기도_맑음.png"


class Entry(zipfile.ZipInfo):
    """An entry whose name is written as it is told, without the flag for UTF-8."""

    raw = b""

    def _encodeFilenameFlags(self):
        return self.raw, self.flag_bits


def quiet(_done, _whole):
    pass


def pack(archive, *files):
    """`(name, content)`: a name of bytes has no mark of its encoding."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files:
            entry = name
            if isinstance(name, bytes):
                entry = Entry("raw")
                entry.raw, entry.compress_type = name, zipfile.ZIP_DEFLATED
            opened.writestr(entry, content)
    return archive


def files_below(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize(
    "written",
    [
        f"images/{KOREAN}",
        f"images/{unicodedata.normalize('NFD', KOREAN)}",
        f"images/{KOREAN}".encode(),
        f"images/{unicodedata.normalize('NFD', KOREAN)}".encode(),
        f"images/{KOREAN}".encode("cp949"),
    ],
    ids=["marked", "marked-nfd", "utf-8", "utf-8-nfd", "cp949"],
)
def test_korean_names_are_what_they_were(tmp_path, written):
    archive = pack(tmp_path / "train.zip", (written, b"1"))
    assert unpack(archive, tmp_path / "train", quiet) == 1
    assert files_below(tmp_path / "train") == {f"images/{KOREAN}": b"1"}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["train/images/a.png", "train/label/t.json"], {"images/a.png", "label/t.json"}),
        (["images/a.png", "label/t.json"], {"images/a.png", "label/t.json"}),
        (["train/a.png", "b.png"], {"train/a.png", "b.png"}),
        (["a.png", "__MACOSX/._a.png", ".DS_Store", "x/.hidden"], {"a.png"}),
        (["images\\a.png"], {"images/a.png"}),
    ],
    ids=["in-its-folder", "bare", "mixed", "of-a-mac", "backslashes"],
)
def test_what_the_folder_has(tmp_path, names, found):
    archive = pack(tmp_path / "train.zip", *((name, b"1") for name in names))
    seen = []
    unpack(archive, tmp_path / "train", lambda done, whole: seen.append((done, whole)))
    assert set(files_below(tmp_path / "train")) == found
    assert seen[-1] == (len(found), len(found))
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "name", ["../a.png", "x/../../a.png", "/etc/a.png", "..\\a.png", "C:/a.png", "C:\\a.png"]
)
def test_nothing_leads_out(tmp_path, name):
    archive = pack(tmp_path / "z.zip", ("b.png", b""), (name, b"1"))
    with pytest.raises(DataSetError, match="leads out of the folder"):
        unpack(archive, tmp_path / "out/z", quiet)
    assert files_below(tmp_path) == {"z.zip": archive.read_bytes()}


def test_no_links(tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as opened:
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(DataSetError, match="leads out of the folder"):
        unpack(tmp_path / "z.zip", tmp_path / "z", quiet)


class Ended(BaseException):
    """The program is ended here."""


def test_an_ended_run_goes_on(tmp_path):
    files = [(f"{at}.png", bytes([at]) * 1000) for at in range(9)]
    archive = pack(tmp_path / "z.zip", *files)

    def end(done, _whole):
        if done == 4:
            raise Ended

    with pytest.raises(Ended):
        unpack(archive, tmp_path / "z", end)
    assert not (tmp_path / "z").exists()
    (tmp_path / ".z.part/7.png").write_bytes(b"cut")
    seen = []
    assert unpack(archive, tmp_path / "z", lambda done, _: seen.append(done)) == 9
    assert seen == [5, 6, 7, 8, 9]
    assert files_below(tmp_path / "z") == dict(files)


@pytest.mark.parametrize("how", ["cut", "flipped", "no-zip", "empty"])
def test_a_damaged_one_is_refused_in_a_line(tmp_path, how):
    archive = pack(tmp_path / "z.zip", ("a.png", bytes(range(256)) * 40))
    data = bytearray(archive.read_bytes())
    if how == "flipped":
        data[60] ^= 0xFF
    made = {"cut": data[:-40], "flipped": data, "no-zip": b"text", "empty": b""}[how]
    archive.write_bytes(made)
    with pytest.raises(DataSetError, match="is no zip, or is damaged"):
        unpack(archive, tmp_path / "z", quiet)
    assert not (tmp_path / "z").exists()


def test_other_refusals(tmp_path):
    archive = pack(tmp_path / "z.zip", ("a.png", b"1"))
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine").write_text("mine")
    with pytest.raises(DataSetError, match="is not empty"):
        unpack(archive, taken, quiet)
    twice = pack(tmp_path / "t.zip", (KOREAN, b"1"), (unicodedata.normalize("NFD", KOREAN), b"2"))
    with pytest.raises(DataSetError, match="twice"):
        unpack(twice, tmp_path / "t", quiet)
    with pytest.raises(DataSetError, match="has no files"):
        unpack(pack(tmp_path / "e.zip"), tmp_path / "e", quiet)


def test_more_than_the_disk_has_is_refused_before(tmp_path):
    big = pack(tmp_path / "many.zip", *((f"{n}.png", b"1") for n in range(2000)))
    many = bytearray(big.read_bytes())
    start = 0
    while (start := many.find(b"PK\x01\x02", start)) >= 0:
        many[start + 24 : start + 28] = (0xFFFFFFF0).to_bytes(4, "little")
        start += 28
    big.write_bytes(many)
    with pytest.raises(DataSetError, match=r"needs 8589\.9 GB"):
        unpack(big, tmp_path / "many", quiet)
