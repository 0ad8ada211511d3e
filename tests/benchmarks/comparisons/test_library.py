import pytest

from benchmarks.comparisons import library
from benchmarks.harness.plan import Plan
from benchmarks.harness.rounds import Round


def test_the_library_is_held_against_the_detector_alone_and_in_a_list():
    one, many = library.finding([Round(10.5, 10)] * 3, [Round(12, 10)] * 3).rows
    assert (one.figure, one.verdict) == (pytest.approx(1.05), "yes")
    assert (many.figure, many.verdict) == (pytest.approx(1.2), "missed")


def test_both_sides_are_measured():
    found = library.measure(Plan(rounds=1, seconds=0.01))
    assert all(row.figure > 0 for row in found.rows)
    assert found.details["list"][0]["library"] > 0
