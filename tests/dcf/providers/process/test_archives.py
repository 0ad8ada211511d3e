"""Uploads are stored whole or not at all, and code that no function names is deleted at start."""

import asyncio
import hashlib
import tarfile

import pytest

from dcf.archive import Entry, pack
from dcf.errors import ArchiveError
from dcf.providers.process.archives import Archives
from dcf.providers.process.state_dir import StateDir
from tests.dcf.providers.process.programs import SLOW, unpacking
from tests.dcf.providers.process.tars import code_of, member, tar_of
from tests.waiting import until, until_async


@pytest.fixture
def home(tmp_path):
    with StateDir.claim(tmp_path / "home") as claimed:
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
        folder, entry = await archives.unpacked(archive.image, print)
        assert entry == Entry("src", "handler.py", "H")
        assert list(folder.rglob("*.pyc"))
        (home.archives / archive.digest).unlink()
        assert await archives.unpacked(archive.image, print) == (folder, entry)

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


def unpacked_two(home, folder):
    """Two archives in a home, unpacked, as a gateway that ended left them."""

    async def steps():
        archives = Archives(home)
        both = packed(folder, "x = 1\n"), packed(folder, "x = 2\n")
        for each in both:
            await archives.put(each.digest, stream(each.data))
            await archives.unpacked(each.image, print)
        return both

    return asyncio.run(steps())


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".doomed")


def test_only_what_a_function_names_is_kept(home, tmp_path):
    wanted, unwanted = unpacked_two(home, tmp_path)
    (home.archives / "left.partial").write_bytes(b"")
    archives = Archives(home)
    archives.keep_only([wanted.image])
    has = [asyncio.run(archives.has(each.digest)) for each in (wanted, unwanted)]
    assert has == [True, False]
    assert names(home.code) == names(home.archives) == [wanted.digest]


def test_an_attachment_is_unpacked_once_sealed_and_kept_while_it_is_named(home, tmp_path):
    data = tar_of((member("saved/graph"), b"weights"), (member("empty", tarfile.DIRTYPE), b""))
    digest = hashlib.sha256(data).hexdigest()

    async def steps():
        archives = Archives(home)
        await archives.put(digest, stream(data))
        first, second = await asyncio.gather(archives.attached(digest), archives.attached(digest))
        assert first == second == home.attached / digest
        assert (first / "saved/graph").read_bytes() == b"weights"
        modes = {path.stat().st_mode & 0o777 for path in (first, *first.rglob("*"))}
        assert modes == {0o400, 0o500}
        return archives

    asyncio.run(steps())
    archives = Archives(home)
    archives.keep_only([f"attachment:sha256:{digest}"])
    assert names(home.attached) == names(home.archives) == [digest]
    archives.keep_only([])
    assert names(home.attached) == names(home.archives) == []
    assert until(lambda: not list(home.attached.iterdir()))  # read-only folders, too


def test_an_attachment_that_leads_out_is_refused_and_leaves_nothing(home):
    data = tar_of((member("../evil"), b"x"))
    digest = hashlib.sha256(data).hexdigest()

    async def steps():
        archives = Archives(home)
        await archives.put(digest, stream(data))
        with pytest.raises(ArchiveError, match="plain relative path"):
            await archives.attached(digest)

    asyncio.run(steps())
    assert names(home.attached) == []


def test_what_somebody_is_about_to_deploy_stays(home, tmp_path):
    uploaded, asked_for = unpacked_two(home, tmp_path)
    archives = Archives(home)
    assert asyncio.run(archives.has(asked_for.digest))
    asyncio.run(archives.put(uploaded.digest, stream(uploaded.data)))
    archives.keep_only([])
    assert names(home.archives) == sorted((uploaded.digest, asked_for.digest))


def test_an_upload_under_way_stays(home, tmp_path):
    async def steps():
        archives = Archives(home)
        archive = packed(tmp_path, "x = 1\n")

        async def halting():
            yield archive.data[:100]
            archives.keep_only([])
            yield archive.data[100:]

        await archives.put(archive.digest, halting())
        assert await archives.has(archive.digest)

    asyncio.run(steps())


async def at_work(home):
    """Wait until something is being unpacked."""
    await until_async(lambda: unpacking(home.path))


def test_who_gives_up_waiting_does_not_disturb_who_still_waits(home, tmp_path):
    async def steps():
        archives = Archives(home)
        archive = packed(tmp_path, SLOW)
        await archives.put(archive.digest, stream(archive.data))
        first, second = (
            asyncio.create_task(archives.unpacked(archive.image, print)) for _ in range(2)
        )
        await at_work(home)
        first.cancel()
        folder, _ = await second
        assert (folder / "src" / "handler.py").is_file()
        assert not unpacking(home.path)

    asyncio.run(asyncio.wait_for(steps(), 60))


def test_when_nobody_waits_the_unpacking_ends_and_leaves_nothing(home, tmp_path):
    async def steps():
        archives = Archives(home)
        archive = packed(tmp_path, SLOW)
        await archives.put(archive.digest, stream(archive.data))
        before = asyncio.all_tasks()
        both = [asyncio.create_task(archives.unpacked(archive.image, print)) for _ in range(2)]
        await at_work(home)
        for each in both:
            each.cancel()
        await asyncio.wait(both)
        assert asyncio.all_tasks() <= before  # its program was waited for
        await until_async(lambda: not unpacking(home.path) and not names(home.code))
        folder, _ = await archives.unpacked(archive.image, print)  # and it can be had again
        assert folder.is_dir()

    asyncio.run(asyncio.wait_for(steps(), 60))


def test_what_cannot_be_unpacked_is_a_reason_and_leaves_nothing(home):
    async def steps(data):
        archives = Archives(home)
        digest = hashlib.sha256(data).hexdigest()
        await archives.put(digest, stream(data))
        with pytest.raises(ArchiveError, match="'a' is a sparse file; only files and folders"):
            await archives.unpacked(f"archive:sha256:{digest}", print)

    asyncio.run(steps(tar_of((member("a", tarfile.GNUTYPE_SPARSE), b""))))
    assert names(home.code) == []


def test_a_file_that_costs_too_much_is_left_uncompiled_and_the_log_says_so(home):
    data = code_of({"src/handler.py": "x = 1\n", "src/data.py": "x=1\n" * (5 << 18)})
    lines = []

    async def steps():
        archives = Archives(home)
        digest = hashlib.sha256(data).hexdigest()
        await archives.put(digest, stream(data))
        folder, _ = await archives.unpacked(f"archive:sha256:{digest}", lines.append)
        return [path.name.partition(".")[0] for path in folder.rglob("*.pyc")]

    assert asyncio.run(steps()) == ["handler"]
    (line,) = lines
    assert line.endswith(": 'src/data.py' (over 1 MiB)")
