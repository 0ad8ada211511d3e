"""A program that is given up while it is being started leaves nothing: no process, no mark."""

import asyncio
import contextlib
import os
import time
from pathlib import Path

import pytest

from dcf.providers.process.leftovers import mark_of
from dcf.providers.process.spawned import Command, Spawned
from tests.waiting import turns


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.1, 0.4])
def test_a_start_that_is_given_up_leaves_nothing(tmp_path, seconds):
    parent, alive = os.pipe()
    folder = tmp_path / "f-1-1.lock"
    lock, mark = folder / "ready", mark_of(folder)
    env = {**os.environ, "LOCK_FILE": str(lock)}
    command = Command("http.server", tmp_path, env, parent, 5.0, (), mark)

    async def steps():
        starting = asyncio.create_task(Spawned.start(command, lambda line: None))
        await turns(1)
        time.sleep(seconds)  # the loop is busy, and the supervisor gets as far as it can
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    try:
        asyncio.run(asyncio.wait_for(steps(), 30))
        assert not mark.exists()
        assert left_with(f"LOCK_FILE={lock}".encode()) == []
    finally:
        os.close(parent)
        os.close(alive)


def test_whoever_ends_one_is_stopped_also_in_the_moment_that_it_ends(tmp_path, monkeypatch):
    parent, alive = os.pipe()
    command = Command(
        "http.server", tmp_path, dict(os.environ), parent, 5.0, (), mark_of(tmp_path / "f-1-1.lock")
    )

    async def steps():
        gone, ended = asyncio.Event(), Spawned.ended
        monkeypatch.setattr(Spawned, "ended", lambda _: gone.wait())
        spawned = await Spawned.start(command, lambda line: None)
        ending = asyncio.create_task(spawned.end(20))
        await turns()
        gone.set()
        await turns(1)
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        assert ending.cancelled()
        monkeypatch.setattr(Spawned, "ended", ended)
        await spawned.end(20)

    try:
        asyncio.run(asyncio.wait_for(steps(), 30))
    finally:
        os.close(parent)
        os.close(alive)


def left_with(entry):
    """The processes that have a variable."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if entry in (folder / "environ").read_bytes().split(b"\0"):
                found.append(folder.name)
    return found
