"""The engines' greetings are held back, and nothing else is lost."""

import subprocess
import sys

import pytest

SCRIPT = """
import os, sys
from models.commands.quiet import quiet_engine

print("before", file=sys.stderr)
try:
    with quiet_engine() as seen:
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\\n")
        os.write(2, b"I0000 00:00:17.1 cpu_feature_guard.cc:1\\n")
        os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called\\n")
        os.write(2, b"a fault of the engine, \\xff\\n")
        print("INFO is a word, and this line is no greeting", file=sys.stderr)
        print("progress", file=seen)
        {last}
finally:
    print("after", file=sys.stderr)
"""
KEPT = b"a fault of the engine, \xff\nINFO is a word, and this line is no greeting\n"


def run(last):
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(last=last)],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def test_greetings_go_and_the_rest_comes_at_the_end():
    done = run("pass")
    assert done.returncode == 0, done.stderr
    assert (
        done.stderr
        == b"before\nprogress\n" + KEPT.replace(b"INFO is a word", b"INFO is a word") + b"after\n"
    )


@pytest.mark.parametrize("error", ["KeyError('x')", "SystemExit(3)"])
def test_nothing_is_lost_when_it_ends_early(error):
    done = run(f"raise {error}")
    assert done.stderr.startswith(b"before\nprogress\n" + KEPT + b"after\n")
    assert done.returncode == (3 if "Exit" in error else 1)
