"""Requirements are installed once, only what is missing, whole or not at all, and by real pip."""

import asyncio
import hashlib
import os
import shutil
import socket
import zipfile

import pytest

from dcf.archive import Entry
from dcf.errors import RolloutFailed
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.overlay import Overlays
from dcf.providers.process.process_usage import family
from dcf.providers.stores import LogQuery
from tests.waiting import until_async

ENTRY = Entry("src", "handler.py", "handle")
USES = "import tinything\n\n\ndef handle(body):\n    return tinything.VERSION\n"


def wheel(folder, version):
    """A wheel of `tinything` that knows its version; gives its file."""
    folder.mkdir(exist_ok=True)
    path, info = folder / f"tinything-{version}-py3-none-any.whl", f"tinything-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tinything.py", f"VERSION = '{version}'\n")
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tinything\nVersion: {version}\n"
        )
        file.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder that pip finds versions 1.0 and 2.0 of `tinything` in, and nothing anywhere else."""
    folder = tmp_path / "wheels"
    wheel(folder, "1.0")
    wheel(folder, "2.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path):
    (tmp_path / "overlays").mkdir()
    return tmp_path / "overlays"


def unpacked(folder, requirements):
    """Code as it is after unpacking, with a requirements.txt."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "requirements.txt").write_text(requirements)
    return folder


def installed(cache, folder, log=lambda line: None):
    return asyncio.run(Overlays(cache).installed(folder, ENTRY, log))


def left_in(cache):
    return [path.name for path in cache.iterdir() if path.suffix != ".doomed"]


def test_only_what_is_missing_is_installed(wheels, cache, tmp_path):
    lines = []
    packages = installed(cache, unpacked(tmp_path / "f", "click\ntinything\n"), lines.append)
    assert (packages / "tinything.py").read_text() == "VERSION = '2.0'\n"
    assert not (packages / "click").exists()
    assert list(packages.glob("__pycache__/tinything*.pyc"))
    assert lines[0].startswith("installing requirements.txt (once;")
    assert any("tinything" in line for line in lines[1:])
    assert not any(str(tmp_path / "f") in line for line in lines)
    assert not any("click" in line for line in lines)


def test_it_is_found_again_without_pip(wheels, cache, tmp_path):
    folder = unpacked(tmp_path / "f", "tinything\n")
    packages = installed(cache, folder)
    shutil.rmtree(wheels)
    lines = []
    assert installed(cache, unpacked(tmp_path / "g", "tinything\n"), lines.append) == packages
    assert lines == []


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n  # really\n"])
def test_a_file_that_requires_nothing_installs_nothing(cache, tmp_path, text):
    assert installed(cache, unpacked(tmp_path / "f", text)) is None
    assert installed(cache, tmp_path / "without") is None
    assert left_in(cache) == []


def test_who_asks_for_the_same_at_once_waits_for_one_installation(wheels, cache, tmp_path):
    folders = [unpacked(tmp_path / name, "tinything\n") for name in "fgh"]
    logs = [[], [], []]

    async def steps():
        overlays = Overlays(cache)
        asking = [
            asyncio.create_task(overlays.installed(folder, ENTRY, log.append))
            for folder, log in zip(folders, logs, strict=True)
        ]
        await until_async(lambda: left_in(cache))
        assert len(left_in(cache)) == 1
        asking[0].cancel()  # who gives up does not take it from the others
        return await asyncio.gather(*asking, return_exceptions=True)

    gave_up, *got = asyncio.run(steps())
    assert isinstance(gave_up, asyncio.CancelledError)
    assert got[0] == got[1]
    assert (got[0] / "tinything.py").is_file()
    assert any("Successfully installed" in line for line in logs[1])
    assert len(left_in(cache)) == 1


def test_hashes_are_held(wheels, cache, tmp_path):
    digest = hashlib.sha256((wheels / "tinything-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    pinned = f"tinything==1.0 \\\n    --hash=sha256:{digest}\n"
    packages = installed(cache, unpacked(tmp_path / "f", pinned))
    assert (packages / "tinything.py").read_text() == "VERSION = '1.0'\n"
    wrong = unpacked(tmp_path / "g", pinned.replace(digest, "0" * 64))
    with pytest.raises(RolloutFailed, match="DO NOT MATCH THE HASHES"):
        installed(cache, wrong)
    assert left_in(cache) == [packages.parents[2].name]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("nosuchthing==9\n", "No matching distribution"), ("not a requirement\n", "Invalid requir")],
    ids=["missing", "malformed"],
)
def test_what_cannot_be_installed_says_why_and_leaves_nothing(
    wheels, cache, tmp_path, text, reason
):
    with pytest.raises(RolloutFailed, match=rf"requirements.txt cannot be installed: .*{reason}"):
        installed(cache, unpacked(tmp_path / "f", text))
    assert left_in(cache) == []


def test_the_same_words_about_different_files_are_not_the_same(cache, tmp_path):
    found = []
    for name, version in (("f", "1.0"), ("g", "2.0")):
        folder = unpacked(tmp_path / name, "./thing/" + wheel(tmp_path / "w", version).name + "\n")
        shutil.copytree(tmp_path / "w", folder / "src" / "thing")
        shutil.rmtree(tmp_path / "w")
        (folder / "src" / "requirements.txt").write_text("-r more.txt\n")
        (folder / "src" / "more.txt").write_text(f"./thing/tinything-{version}-py3-none-any.whl\n")
        found.append(installed(cache, folder))
    texts = [(packages / "tinything.py").read_text() for packages in found]
    assert texts == ["VERSION = '1.0'\n", "VERSION = '2.0'\n"]


@pytest.mark.parametrize(
    ("text", "is_shared"),
    [
        ("click>=8 ; python_version > '3'  # for https://us\nnumpy[extra]~=2.0\n", True),
        ("click==8.1 --hash=sha256:00 \\\n  --hash=sha256:11\n", True),
        ("./thing.whl\n", False),
        ("thing-1.0-py3-none-any.whl\n", False),
        ("-e .\n", False),
        ("-r more.txt\n", False),
        ("--find-links wheels\nclick\n", False),
        ("thing @ file:///x/thing.zip\n", False),
    ],
)
def test_who_shares_an_installation(cache, tmp_path, text, is_shared):
    overlays = Overlays(cache)
    keys = {overlays.key(unpacked(tmp_path / name, text), ENTRY) for name in ("f", "g")}
    assert len(keys) == (1 if is_shared else 2)


@pytest.fixture
def silent_index(monkeypatch):
    """A package index that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.getsockname()[1]}/simple")
        for name in ("PIP_FIND_LINKS", "PIP_NO_INDEX", "http_proxy", "HTTP_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield server


def test_when_the_last_who_asked_gives_up_pip_ends_and_nothing_is_left(
    silent_index, cache, tmp_path
):
    folder = unpacked(tmp_path / "f", "tinything\n")

    async def steps():
        asking = asyncio.create_task(Overlays(cache).installed(folder, ENTRY, print))
        connection, _ = await asyncio.to_thread(silent_index.accept)
        with connection:
            assert pips()
            asking.cancel()
            await asyncio.wait({asking})
            assert not pips()  # it was waited for

    asyncio.run(steps())
    assert left_in(cache) == []


def pips():
    """Processes of ours that run pip."""
    found = []
    for pid in family(os.getpid()):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 # it may end meanwhile
                found += [pid] if b"\0pip\0" in file.read() else []
        except OSError:
            pass
    return found


async def until_no_pip():
    await until_async(lambda: not pips())


def test_what_an_interrupted_gateway_left_is_removed(cache):
    (cache / f"{'0' * 64}.1234.partial" / "lib").mkdir(parents=True)
    Overlays(cache)
    assert left_in(cache) == []


def test_functions_with_two_versions_of_one_package_do_not_meet(wheels, drive):
    async def steps(driven):
        await driven.deploy(USES, "tinything==1.0\n")
        assert await driven.call() == "1.0"
        first = driven.provider.routing.targets("f")[0]
        other = await driven.image(USES, "tinything==2.0\n")
        await driven.provider.placement.deploy(FunctionSpec("g", other))
        await until_async(lambda: driven.provider.routing.targets("g"))
        assert await driven.call() == "1.0"
        assert driven.provider.routing.targets("f")[0] is first
        await driven.provider.placement.delete("f")
        await driven.provider.placement.update(FunctionSpec("g", other, env={"A": "1"}))

        async def is_ready():
            return (await driven.provider.placement.describe("g")).rollout == "ready"

        await until_async(is_ready)
        overlays = drive.home / "overlays"
        await until_async(lambda: len(left_in(overlays)) == 1)  # that of the deleted one is gone

    drive(steps)


def test_a_first_revision_whose_requirements_are_not_there_yet_is_tried_again(wheels, drive):
    async def steps(driven):
        spec = FunctionSpec("f", await driven.image(USES, "tinything==3.0\n"))
        await driven.provider.placement.deploy(spec)
        assert "No matching distribution" in (await driven.failed()).reason
        wheel(wheels, "3.0")
        assert (await driven.ready()).reason == ""
        assert await driven.call() == "3.0"
        assert [each.rollout for each in await driven.provider.placement.history("f")] == ["ready"]

    drive(steps)


def test_progress_is_told_while_it_installs_and_a_delete_ends_it(silent_index, drive):
    async def steps(driven):
        spec = FunctionSpec("f", await driven.image(USES, "tinything\n"))
        await driven.provider.placement.deploy(spec)
        status = await driven.until(lambda status: status.reason)
        assert (status.rollout, status.available) == ("progressing", 0)
        assert status.reason.startswith("installing requirements.txt")
        lines = [line.text async for line in driven.provider.stores.logs.lines(LogQuery("f"))]
        assert status.reason in lines
        connection, _ = await asyncio.to_thread(silent_index.accept)
        with connection:
            await driven.provider.placement.delete("f")
            await until_no_pip()

    drive(steps)
    assert left_in(drive.home / "overlays") == []
