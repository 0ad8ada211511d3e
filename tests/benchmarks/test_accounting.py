"""Processor time and memory of real processes; what others use of the machine."""

import mmap
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.accounting import cpu_seconds, family, memory, peak_rss, reset_peak
from benchmarks.errors import BenchmarkError
from benchmarks.neighbours import Neighbours, warning
from benchmarks.program import Program

NEST = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def test_processor_time_is_what_was_burnt():
    before = cpu_seconds([os.getpid()])
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert 0.15 <= cpu_seconds([os.getpid()]) - before <= 1


def fresh(size):
    """Memory that the process did not have yet: what it has freed before may serve others again."""
    held = mmap.mmap(-1, size)
    for page in range(0, size, mmap.PAGESIZE):
        held[page] = 1
    return held


def test_the_peak_is_what_was_held_at_once_since_it_was_reset():
    reset_peak(os.getpid())
    before = peak_rss(os.getpid())
    fresh(50_000_000).close()
    assert 45_000_000 < peak_rss(os.getpid()) - before < 60_000_000
    reset_peak(os.getpid())
    assert peak_rss(os.getpid()) < before + 10_000_000


def test_memory_grows_by_what_is_held():
    before = memory([os.getpid()])
    held = fresh(50_000_000)
    after = memory([os.getpid()])
    assert 45_000_000 < after.rss - before.rss < 60_000_000
    assert after.pss <= after.rss
    held.close()


def test_who_has_ended_has_nothing():
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert cpu_seconds([done.pid]) == 0
    assert memory([done.pid]).rss == 0


def test_a_program_ends_with_its_descendants(tmp_path):
    with Program([sys.executable, "-c", NEST], {}, tmp_path) as program:
        program.wait(lambda: program.log.endswith("\n"), 20)
        child = int(program.log)
        assert family(program.pid) == [program.pid, child]
    assert not program.alive
    end = time.monotonic() + 5
    while cpu_seconds([child]) or Path(f"/proc/{child}/fd/0").exists():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_program_that_ends_too_early_says_why(tmp_path):
    command = [sys.executable, "-c", "import sys; sys.exit('no model')"]
    with Program(command, {}, tmp_path) as program, pytest.raises(BenchmarkError, match="no model"):
        program.wait(lambda: False, 20)


@pytest.mark.parametrize(
    ("later", "share"),
    [
        (Neighbours(10, 12, 11), 1 / (10 * (os.cpu_count() or 1))),
        (Neighbours(10, 5, 6), 0),
        (Neighbours(0, 5, 0), 0),
    ],
    ids=["one second by others", "rounding never makes it negative", "no time passed"],
)
def test_the_share_of_others(later, share):
    assert Neighbours(0, 0, 0).share(later) == pytest.approx(share)


def test_only_a_busy_machine_is_warned_of():
    assert warning(0.01) == ""
    assert "40 %" in warning(0.4).replace("40%", "40 %")
    assert Neighbours.now().share(Neighbours.now()) <= 1
