"""What is imported beside the first calls, and what calls import, do not trip over one another.

Python lets two threads that import parts of one package see modules that are half made, rather than
wait for ever: a call was answered 500, because Flask was being imported at that moment.
"""

import subprocess
import sys

import pytest

_PROGRAM = """
import sys, threading
from handler.options import Options
from handler.reply import choose_format
import watcher.web.door, watcher.health, watcher.reply

sys.setswitchinterval(1e-5)
together = threading.Barrier(3)
failed = []

def beside():
    import watcher.web.probes

def call():
    assert choose_format(Options(), "image/png") == "png"

def run(work):
    together.wait(10)
    try:
        work()
    except BaseException as fault:
        failed.append(repr(fault))

threads = [threading.Thread(target=run, args=(each,)) for each in {works}]
for each in threads: each.start()
for each in threads: each.join()
print(failed)
"""


@pytest.mark.parametrize("works", ["(beside, call, call)", "(call, beside, call)"])
def test_calls_and_the_own_paths(works):
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM.replace("{works}", works)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.strip() == "[]"
