"""Uploads are stored whole or not at all, and code that no function names is deleted at start."""

import asyncio
import hashlib

import pytest

from dcf.archive import Entry, pack
from dcf.errors import ArchiveError
from dcf.providers.archives import Archives
from dcf.providers.home import Home


@pytest.fixture
def home(tmp_path):
    with Home.claim(tmp_path / "home") as claimed:
        yield claimed


def packed(folder, text):
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "handler.py").write_text(text)
    return pack(folder, Entry("src", "handler.py", "H"), (), ())


async def stream(*chunks):
    for chunk in chunks:
        yield chunk


async def broken(chunk):
    yield chunk
    raise ConnectionResetError


def test_an_upload_is_unpacked_and_compiled_once(home, tmp_path):
    async def steps():
        archives = Archives(home)
        archive = packed(tmp_path, "x = 1\n")
        await archives.put(archive.digest, stream(archive.data[:100], archive.data[100:]))
        folder, entry = await archives.unpacked(archive.image)
        assert entry == Entry("src", "handler.py", "H")
        assert list(folder.rglob("*.pyc"))
        (home.archives / archive.digest).unlink()
        assert await archives.unpacked(archive.image) == (folder, entry)

    asyncio.run(steps())


def test_an_upload_that_breaks_off_leaves_nothing(home):
    async def steps():
        archives = Archives(home)
        with pytest.raises(ConnectionResetError):
            await archives.put("0" * 64, broken(b"x"))
        with pytest.raises(ArchiveError):
            await archives.put(hashlib.sha256(b"x").hexdigest(), stream(b"y"))

    asyncio.run(steps())
    assert list(home.archives.iterdir()) == []


def test_only_what_a_function_names_is_kept(home, tmp_path):
    async def steps():
        archives = Archives(home)
        wanted, unwanted = packed(tmp_path, "x = 1\n"), packed(tmp_path, "x = 2\n")
        for each in (wanted, unwanted):
            await archives.put(each.digest, stream(each.data))
            await archives.unpacked(each.image)
        (home.archives / "left.partial").write_bytes(b"")
        archives.keep_only([wanted.image])
        assert (archives.has(wanted.digest), archives.has(unwanted.digest)) == (True, False)
        assert [path.name for path in home.code.iterdir()] == [wanted.digest]
        assert [path.name for path in home.archives.iterdir()] == [wanted.digest]

    asyncio.run(steps())
