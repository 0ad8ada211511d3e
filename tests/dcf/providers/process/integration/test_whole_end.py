"""Whatever a handler started ends with its replica, in whatever way that ends."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import pytest

from dcf.providers.placement import FunctionSpec
from tests.waiting import until_async

ONE = "def handle(body):\n    return 'one'\n"
HANDLE = """
start_kin(os.environ["KIN"])

def handle(body):
    start_kin(os.environ["KIN"])
    if body == "crash":
        os._exit(9)
    if body == "grow":
        grow = "import os, time; os.fork() and os._exit(0); os.setsid(); x = b'x' * (300 << 20)"
        subprocess.Popen([sys.executable, "-c", grow + "; import signal; signal.pause()"]).wait()
    return "started"
"""


async def deployed(driven, kin, **more):
    """Deploy a function with kin from its load and from a call."""
    await driven.deploy(kin.starters + HANDLE, env={"KIN": kin.token}, **more)
    assert await driven.call() == "started"
    await asyncio.to_thread(kin.wait, 6)


async def replaced(driven, first):
    """Wait until another replica takes the calls: its port is another."""
    await until_async(lambda: driven.provider.routing.targets("f") not in ([], first))


@pytest.mark.parametrize("verb", ["delete", "update", "scale"])
def test_what_leaves_its_session_ends_with_its_function(drive, kin, verb):
    async def steps(driven):
        await deployed(driven, kin)
        placement = driven.provider.placement
        if verb == "delete":
            await placement.delete("f")
        elif verb == "scale":
            await placement.scale("f", 0)
        else:
            await placement.update(FunctionSpec("f", await driven.image(ONE)))
            await driven.ready()
        await until_async(lambda: not kin.alive())

    drive(steps)


def test_what_leaves_its_session_ends_with_the_gateway(drive, kin):
    async def steps(driven):
        await deployed(driven, kin)

    drive(steps)
    assert kin.alive() == []


def test_what_leaves_its_session_ends_with_a_crash(drive, kin):
    async def steps(driven):
        await deployed(driven, kin)
        before, first = set(kin.alive()), driven.provider.routing.targets("f")
        with pytest.raises(OSError):  # noqa: PT011 # reset or closed, as it comes
            await driven.call(b"crash")
        await replaced(driven, first)  # by one that has kin of its own
        assert not before & set(kin.alive())

    drive(steps)


def test_memory_of_what_left_its_session_counts(drive, kin):
    async def steps(driven):
        await deployed(driven, kin, limits={"memory": "250Mi"})
        before, first = set(kin.alive()), driven.provider.routing.targets("f")
        with contextlib.suppress(OSError):  # it may be ended before it has answered
            await driven.call(b"grow")
        await replaced(driven, first)
        assert "over its memory limit of 250 MiB" in await driven.said()
        assert not before & set(kin.alive())

    drive(steps)


def test_what_is_left_without_a_supervisor_is_found_by_its_mark(drive, kin):
    async def steps(driven):
        await deployed(driven, kin)
        (supervisor,) = drive.supervisors()
        before, first = set(kin.alive()), driven.provider.routing.targets("f")
        os.kill(supervisor, signal.SIGKILL)
        await replaced(driven, first)
        # What has nothing of its environment cannot be told from anybody else's.
        assert len(before & set(kin.alive())) <= 2
        for pid in before & set(kin.alive()):
            with contextlib.suppress(OSError):  # it ended while we looked
                assert b"LOCK_FILE" not in Path(f"/proc/{pid}/environ").read_bytes()
                os.kill(pid, signal.SIGKILL)

    drive(steps)
