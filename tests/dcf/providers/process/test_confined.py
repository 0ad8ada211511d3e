"""Work that takes too much is ended by the limit that it meets, and with whoever started it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import until

PROGRAM = """
import os, sys, time
from dcf.providers.process.confined import Bounds, confined

def work(say):
    say(str(os.getpid()))
    {work}

seconds = {seconds}
bounds = Bounds(cpu_seconds=1, memory_bytes=1 << 28, file_bytes=1 << 20)
found = confined(work, bounds, time.monotonic() + seconds)
print(len(found.lines), found.ended_by)
"""

WORKS = {
    "done": ("say('more')", 60, "2 "),
    "processor": ("while True: pass", 60, "1 1 s of processor time"),
    "in-one-piece": ("sum(range(10**12))", 60, "1 1 s of processor time"),
    "memory": ("bytearray(1 << 30)", 60, "1 256 MiB of memory"),
    "little-by-little": ("kept = []\n    while True: kept.append(bytes(9999))", 60, "1 256 MiB of"),
    "file": (
        "open(os.devnull, 'wb'); open('big', 'wb').write(bytes(1 << 21))",
        60,
        "1 exit status",
    ),
    "time": ("time.sleep(600)", 1, " its time"),  # which may be over before it says anything
    "crash": ("os.kill(os.getpid(), 11)", 60, "1 SIGSEGV"),
    "exit": ("sys.exit(9)", 60, "1 exit status 1"),
}


def started(work, seconds, folder):
    program = PROGRAM.format(work=work, seconds=seconds)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", program], cwd=folder, text=True, **pipes)


@pytest.mark.parametrize(("work", "seconds", "words"), WORKS.values(), ids=WORKS)
def test_work_is_ended_by_the_limit_it_meets(tmp_path, work, seconds, words):
    with started(work, seconds, tmp_path) as program:
        assert words in program.stdout.read()
        assert program.wait() == 0


def test_all_ends_with_whoever_started_it(tmp_path):
    mark = tmp_path / "pid"
    with started(
        f"open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)", 600, tmp_path
    ) as program:
        until(lambda: mark.is_file() and mark.read_text(), 30)
        program.stdin.close()  # as the system does for a process that is killed
        assert program.wait(30) == 1
        assert not Path(f"/proc/{mark.read_text()}").exists()
