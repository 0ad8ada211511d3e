import pytest

from benchmarks.comparisons import command_start
from benchmarks.harness.errors import BenchmarkError
from benchmarks.harness.rounds import Round


def test_a_command_is_held_against_a_python_that_does_nothing():
    (row,) = command_start.finding([Round(0.08, 0.01), Round(0.06, 0.01), Round(0.07, 0.01)]).rows
    assert row.figure == pytest.approx(7)
    assert (row.verdict, row.note) == ("yes", "70 ms / 10 ms; rounds 6.00..8.00")
    (row,) = command_start.finding([Round(0.09, 0.01)]).rows
    assert row.verdict == "missed"


def test_a_command_that_fails_is_no_fast_one():
    with pytest.raises(BenchmarkError, match="failed: no such"):
        command_start.seconds_of(["sh", "-c", "echo no such function >&2; exit 1"])
