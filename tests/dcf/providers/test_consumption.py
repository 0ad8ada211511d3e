"""What replicas use, read from real processes; read once for all who ask at once."""

import asyncio
import os
import subprocess
import sys

import pytest

from dcf.providers import consumption
from dcf.providers.consumption import Consumptions
from dcf.providers.process.process_usage import usages
from tests.waiting import until

BUSY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
print(child.pid, flush=True)
time.sleep(600)
"""


def measuring_of(pids):
    return Consumptions(lambda: asyncio.to_thread(usages, pids()))


@pytest.fixture
def family():
    """A process, as a supervisor would be, with a busy child."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        yield parent.pid
        os.kill(child, 9)
        parent.kill()


@pytest.fixture
def fresh(monkeypatch):
    monkeypatch.setattr(consumption, "_FRESH_SECONDS", 0.0)


def test_time_only_grows_and_memory_is_that_of_the_family(family, fresh):
    measuring = measuring_of(lambda: {"f": [family], "idle": []})

    def ask():
        return asyncio.run(measuring.consumption())

    first = until(lambda: (found := ask())["f"].cpu_seconds > 0 and found)
    assert first["f"].memory_bytes > 1 << 20
    assert (first["idle"].cpu_seconds, first["idle"].memory_bytes) == (0.0, 0)
    until(lambda: ask()["f"].cpu_seconds > first["f"].cpu_seconds)


def test_what_an_ended_process_had_used_stays_counted(family, fresh):
    pids = {"f": [family]}
    measuring = measuring_of(lambda: pids)
    used = until(lambda: asyncio.run(measuring.consumption())["f"].cpu_seconds)
    pids["f"] = []
    found = asyncio.run(measuring.consumption())["f"]
    assert (found.cpu_seconds, found.memory_bytes) == (used, 0)
    pids.clear()
    assert asyncio.run(measuring.consumption()) == {}
    pids["f"] = []  # deployed again
    assert asyncio.run(measuring.consumption())["f"].cpu_seconds == 0.0


def test_a_process_that_is_no_more_is_no_fault(fresh):
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert asyncio.run(measuring_of(lambda: {"f": [gone.pid]}).consumption())["f"].memory_bytes == 0


def test_it_is_read_once_for_all_who_ask_within_a_few_seconds():
    reads = []

    def pids():
        reads.append(1)
        return {}

    async def steps():
        measuring = measuring_of(pids)
        await asyncio.gather(*(measuring.consumption() for _ in range(20)))
        await measuring.consumption()

    asyncio.run(steps())
    assert len(reads) == 1
