"""A worker takes turns, as a real process; one that ends or hangs is an error with its reason."""

import sys

import pytest

from benchmarks.harness import worker
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.worker import Worker

PROGRAM = """
import signal, sys
from benchmarks.harness.commands import commands, milliseconds, reply

if sys.argv[1:] == ["broken"]:
    sys.exit("no model")
for command in commands():
    if command["do"] == "end":
        sys.exit("enough")
    if command["do"] == "hang":
        signal.pause()
    counted = []
    taken = milliseconds(lambda: counted.append(1), command["do"])
    reply([len(counted), len(taken), min(taken, default=0) >= 0])
"""


@pytest.fixture
def start(tmp_path):
    (tmp_path / "turns.py").write_text(PROGRAM)

    def started(*arguments):
        # -P keeps the folder itself off the path; the project's is on it all the same.
        root = str(worker.__file__).partition("/benchmarks/")[0]
        return Worker(sys.executable, ["turns", *arguments], {"PYTHONPATH": f"{tmp_path}:{root}"})

    return started


def test_commands_are_answered_one_by_one(start):
    with start() as program:
        assert program.ask({"do": 3}) == [3, 3, True]
        program.begin({"do": 0})
        assert program.result() == [0, 0, True]
    assert not program.alive


def test_one_that_is_never_ready_says_why(start):
    with pytest.raises(BenchmarkError, match="turns broken ended with 1: no model"):
        start("broken")


def test_one_that_ends_says_why(start):
    with start() as program, pytest.raises(BenchmarkError, match="ended with 1: enough"):
        program.ask({"do": "end"})


def test_one_that_hangs_is_ended(start, monkeypatch):
    with start() as program:
        monkeypatch.setattr(worker, "LIMIT_SECONDS", 0.3)
        with pytest.raises(BenchmarkError, match="ended with -9"):
            program.ask({"do": "hang"})
