"""A bar holds on its own side, limit included; a row says which."""

import math

import pytest

from benchmarks.harness.bars import Row, at_least, at_most


@pytest.mark.parametrize(
    ("limit", "figure", "holds"),
    [
        (at_most(1.1), 1.1, True),
        (at_most(1.1), 1.1001, False),
        (at_most(0), 0, True),
        (at_least(0.9), 0.9, True),
        (at_least(0.9), 0.8999, False),
        (at_least(1.5), math.inf, True),
        (at_most(1.1), math.nan, False),
        (at_least(1.1), math.nan, False),
    ],
)
def test_a_bar_holds_on_its_own_side(limit, figure, holds):
    assert limit.holds(figure) is holds


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row("x", 1.0, "", at_most(1)), "yes"),
        (Row("x", 1.1, "", at_most(1)), "missed"),
        (Row("x", 1.1), "-"),
        (Row("x", None, "", at_most(1)), "skipped"),
        (Row("x", 0, "", at_most(0)), "yes"),
    ],
    ids=["kept", "missed", "no bar", "not measured", "zero is a figure"],
)
def test_the_verdict_of_a_row(row, verdict):
    assert row.verdict == verdict


def test_a_bar_shows_its_side():
    assert (str(at_most(1.10)), str(at_least(0.9))) == ("≤ 1.1", "≥ 0.9")
