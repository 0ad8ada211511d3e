"""Processor time and memory of real processes."""

import mmap
import os
import subprocess
import sys
import time

from benchmarks.harness.accounting import cpu_seconds, family, memory, peak_rss, reset_peak


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
    assert peak_rss(done.pid) == 0


def test_a_family_has_those_who_still_live():
    child = subprocess.Popen(["sleep", "60"])
    try:
        assert child.pid in family(os.getpid())
    finally:
        child.kill()
        child.wait()
    assert child.pid not in family(os.getpid())
