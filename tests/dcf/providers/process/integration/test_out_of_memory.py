"""The kernel itself ends a replica for want of memory, and the reason says so."""

import os
import uuid
from pathlib import Path

import pytest

from dcf.providers.process.oom_kills import oom_kills

ROOTS = {
    Path("/sys/fs/cgroup/memory"): "memory.limit_in_bytes",
    Path("/sys/fs/cgroup"): "memory.max",
}
LIMIT = 300 << 20
EATS = """
import pathlib

def handle(body):
    if body != "eat":
        return body
    pathlib.Path({procs!r}).write_text("0")  # this process is of the group from here on
    held = []
    while True:
        held.append(bytearray(b"x" * 10_000_000))
"""


@pytest.fixture
def group():
    """A control group with little memory; a machine that lets nobody make one has no such test."""
    if oom_kills() is None:
        pytest.skip("this kernel does not count the processes that it ends")
    for root, limit in ROOTS.items():
        made = root / f"dcf-test-{uuid.uuid4().hex}"
        try:
            made.mkdir()
        except OSError:
            continue
        try:
            if os.access(made / limit, os.W_OK):
                (made / limit).write_text(str(LIMIT))
                yield made
                return
        finally:
            made.rmdir()
    pytest.skip("needs a control group of its own for memory")


def test_memory_that_ran_out_is_told_from_a_kill(drive, group):
    drive.options["isolation"] = "none"  # it puts itself into the group, which no other may

    async def steps(driven):
        await driven.deploy(EATS.format(procs=str(group / "cgroup.procs")))
        with pytest.raises(OSError, match=r"closed|reset|refused"):
            await driven.call(b"eat")
        status = await driven.until(lambda status: status.restarts)
        assert status.last_exit.cause == (
            "killed by signal 9 (SIGKILL): memory ran out, and the kernel ended a process for it"
        )
        await driven.ready()

    drive(steps)
