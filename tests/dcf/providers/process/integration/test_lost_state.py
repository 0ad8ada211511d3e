"""A functions' database that lost something: said at start, gone on with only when asked."""

import asyncio
import os

import pytest

from dcf.errors import CannotStart
from dcf.providers.placement import FunctionSpec
from dcf.providers.process.provider import ProcessProvider

ONE = "def handle(body):\n    return 'one'\n"


def empty(home):
    (home / "functions.db").write_bytes(b"")


def missing(home):
    (home / "functions.db").unlink()


def cut(home):
    os.truncate(home / "functions.db", 4096)


def flipped(home):
    data = bytearray((home / "functions.db").read_bytes())
    data[4096:8192] = bytes(each ^ 0xFF for each in data[4096:8192])
    (home / "functions.db").write_bytes(data)


def older(home):
    (home / "functions.db").write_bytes((home / "older").read_bytes())


HARM = [empty, missing, cut, flipped, older]


@pytest.fixture
def stopped(drive):
    """A home with function `f`, and a copy of its database from before that was deployed."""

    async def steps(driven):
        await driven.deploy(ONE)

    async def nothing(_driven):
        pass

    drive(nothing)
    (drive.home / "older").write_bytes((drive.home / "functions.db").read_bytes())
    drive(steps)
    return drive.home


def started(home, **more):
    """Start on it, give the names of its functions, stop."""

    async def steps():
        provider = ProcessProvider(home, **more)
        await provider.start()
        try:
            return [each.spec.name for each in await provider.placement.functions()]
        finally:
            await provider.stop()

    return asyncio.run(asyncio.wait_for(steps(), 60))


def files(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


@pytest.mark.parametrize("harm", HARM)
def test_it_is_said_in_one_line_and_nothing_is_touched(stopped, harm):
    harm(stopped)
    before, archives = files(stopped), files(stopped / "archives")
    for _ in range(2):
        with pytest.raises(CannotStart) as refused:
            started(stopped)
        assert "--accept-lost-state" in refused.value.message
        assert "functions.db" in refused.value.message
        assert "\n" not in refused.value.message
    after = files(stopped)
    assert {name: after[name] for name in before if name != "lock"} == {
        name: data for name, data in before.items() if name != "lock"
    }
    assert files(stopped / "archives") == archives


@pytest.mark.parametrize("harm", HARM)
def test_accepted_it_starts_and_keeps_what_it_cannot_name_any_more(stopped, harm):
    archives = files(stopped / "archives")
    harm(stopped)
    assert started(stopped, accept_lost_state=True) == []
    (aside,) = stopped.glob("archives.lost-*")
    assert files(aside) == archives
    if harm is not missing:
        assert list(stopped.glob("functions.db.lost-*"))
    assert started(stopped) == []  # said once
    assert files(aside) == archives


def test_what_is_whole_is_never_called_lost(stopped):
    assert started(stopped) == ["f"]
    assert started(stopped, accept_lost_state=True) == ["f"]
    assert not list(stopped.glob("*.lost-*"))


def test_a_first_start_has_lost_nothing(tmp_path):
    assert started(tmp_path / "new") == []


def test_after_a_loss_it_takes_functions_as_ever(stopped, drive):
    missing(stopped)
    started(stopped, accept_lost_state=True)

    async def steps(driven):
        await driven.provider.placement.deploy(FunctionSpec("f", await driven.image(ONE)))
        await driven.ready()
        assert await driven.call() == "one"

    drive(steps)
