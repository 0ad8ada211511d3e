"""Histograms of fixed edges: every value is in one bin, and parts make the whole."""

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ssd.histogram import Histogram

EDGES = (0.0, 0.1, 1.0, 30.0)
NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=50)


def histogram(values):
    made = Histogram(EDGES)
    made.add(values)
    return made


@given(NUMBERS)
def test_each_value_is_in_the_bin_whose_end_it_does_not_pass(values):
    made = histogram(values)
    assert made.count == len(values)
    for at, edge in enumerate(EDGES):
        assert sum(made.counts[: at + 1]) == sum(value <= edge for value in values)
    assert made.total == pytest.approx(sum(values), abs=1e-3)


@given(NUMBERS, NUMBERS)
def test_parts_make_the_whole_and_the_whole_without_a_part_is_the_other(first, second):
    whole = histogram(first + second)
    together = histogram(first).combined(histogram(second))
    assert together.counts == whole.counts
    assert together.total == pytest.approx(whole.total, abs=1e-3)
    assert whole.combined(histogram(second), -1).counts == histogram(first).counts


def test_a_value_on_an_edge_is_below_it():
    assert histogram(EDGES).counts == [1, 1, 1, 1, 0]
    assert bisect_left(EDGES, 30.0) == 3


def test_two_of_different_edges_are_not_added_up():
    with pytest.raises(ValueError, match="longer"):
        Histogram((1.0,)).combined(Histogram((1.0, 2.0)))
