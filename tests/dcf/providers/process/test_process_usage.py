"""What processes take: memory of all a supervisor started, processor time as a rate."""

import os
import subprocess
import sys

from dcf.providers.process import process_usage
from dcf.providers.process.process_usage import Meter, cpu_seconds, family, resident_bytes

HOLDS = "import sys; held = b'x' * (64 << 20); print(flush=True); sys.stdin.read()"
# Holds as much itself, and works when it is told to.
WORKS = """
import subprocess, sys, time

held = b"x" * (64 << 20)
with subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE):
    sys.stdin.readline()
    until = time.process_time() + 0.5
    while time.process_time() < until:
        pass
    print(flush=True)
    sys.stdin.read()
"""


def test_the_meter_sees_a_busy_core_and_the_memory_of_children_alone():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", WORKS, HOLDS], text=True, **pipes) as parent:
        parent.stdout.readline()
        meter, spent = Meter(parent.pid), cpu_seconds(parent.pid)
        parent.stdin.write("\n")
        parent.stdin.flush()
        parent.stdout.readline()
        used = meter.usage()
        assert cpu_seconds(parent.pid) - spent > 0.4
        assert 0 < used.cpu_millicores < 8000
        assert 64 << 20 < used.memory_bytes < 100 << 20
        parent.stdin.close()


def test_who_is_gone_uses_nothing():
    assert resident_bytes(2**22 + 1) == cpu_seconds(2**22 + 1) == 0


def test_a_family_is_all_that_descends_from_one():
    command = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    held = "print(flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", command, held], **pipes) as child:
        child.stdout.readline()
        assert child.pid in family(os.getpid())
        assert len(list(family(child.pid))) == 2
        child.stdin.close()


def test_a_rate_is_that_since_the_last_look_unless_that_was_just_now(monkeypatch):
    """Two questions at once would divide by nothing much."""
    now, spent = [100.0], [5.0]
    monkeypatch.setattr(process_usage.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(process_usage, "cpu_seconds", lambda _pid: spent[0])
    meter = Meter(2**22 + 1)
    now[0], spent[0] = 102.0, 6.0
    assert meter.usage().cpu_millicores == 500
    now[0], spent[0] = 102.1, 9.0
    assert meter.usage().cpu_millicores == 500
    now[0] = 103.0
    assert meter.usage().cpu_millicores == 3000
    now[0], spent[0] = 104.0, 2.0  # a child ended that nobody waited for
    assert meter.usage().cpu_millicores == 0
