"""The process provider as a whole: what it opens, gives back, and says when it cannot start."""

import asyncio
import contextlib
import os

import pytest

from dcf.errors import CannotStart, InvalidRequest, StorageFull
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.leftovers import mark_of
from dcf.providers.process.provider import ProcessProvider

ONE = "def handle(body):\n    return 'one'\n"


def descriptors():
    """What is open, by number and what it leads to; what other tests forgot may be closed later."""
    found = set()
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208 # names alone
        with contextlib.suppress(OSError):  # the one that this was read by
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))  # noqa: PTH115 # as above
    return found


def test_what_it_opens_it_closes_and_another_can_have_its_folder(tmp_path):
    async def steps():
        provider = ProcessProvider(tmp_path / "home")
        before = descriptors()
        for _ in range(3):
            await provider.start()
            with pytest.raises(CannotStart, match="in use"):
                await ProcessProvider(tmp_path / "home").start()
            await provider.stop()
            assert descriptors() <= before
        with pytest.raises(AssertionError, match="not started"):
            provider.placement.targets("f")

    asyncio.run(asyncio.wait_for(steps(), 60))


@pytest.mark.parametrize("harm", ["database", "folder"])
def test_a_start_that_fails_gives_the_folder_back(tmp_path, harm):
    home = tmp_path / "home"

    async def steps():
        if harm == "database":
            home.mkdir(mode=0o700)
            (home / "functions.db").write_bytes(b"no database" * 1000)
        else:
            home.write_text("a file")
        before = descriptors()
        for _ in range(2):  # the second is not kept out by the first
            with pytest.raises(CannotStart) as refused:
                await ProcessProvider(home).start()
            assert "in use" not in refused.value.message
            assert descriptors() <= before

    asyncio.run(asyncio.wait_for(steps(), 60))


def test_what_a_killed_gateway_left_is_ended_first_and_told(tmp_path, caplog):
    run = tmp_path / "home" / "run"
    run.mkdir(parents=True)
    mark_of(run / "f-1-1.abc.lock").touch()

    async def steps():
        provider = ProcessProvider(tmp_path / "home")
        await provider.start()
        await provider.stop()

    asyncio.run(asyncio.wait_for(steps(), 60))
    assert "ended what 1 replicas of a killed gateway had left behind" in caplog.text
    assert list(run.glob("*.mark")) == []


def test_its_stores_are_all_three_and_a_disk_that_is_full_is_told(drive, monkeypatch):
    async def steps(driven):
        stores = driven.provider.stores
        assert stores.capabilities == ("archives", "logs", "secrets")

        async def full(*_arguments):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(stores.archives._archives, "put", full)
        with pytest.raises(StorageFull, match="the archive cannot be kept"):
            await stores.archives.put("0" * 64, None)

    drive(steps)


def test_a_secret_stays_as_long_as_a_function_wants_it(drive):
    async def steps(driven):
        secrets, placement = driven.provider.stores.secrets, driven.provider.placement
        for name in ("token", "other"):
            await secrets.put(name, b"x", replace=False)
        await driven.deploy(ONE, secrets=("token",))
        await secrets.delete("other")
        with pytest.raises(InvalidRequest, match="wanted by function f: deploy it without"):
            await secrets.delete("token")
        assert await secrets.names() == ["token"]
        await placement.update(FunctionSpec("f", await driven.image(ONE)))
        with pytest.raises(InvalidRequest):
            await secrets.delete("token")  # the old one serves until the new one is ready
        await driven.ready()
        await secrets.delete("token")
        assert await secrets.names() == []

    drive(steps)
