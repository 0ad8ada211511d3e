"""The three tests against the same sums in whole numbers, and what must hold of them."""

from fractions import Fraction
from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.gateway.judging.significance import above_share, larger, more_often

COUNTS = st.integers(1, 60)


@given(COUNTS, COUNTS, st.data())
def test_fishers_test_is_the_tail_of_the_hypergeometric_distribution(count, other, data):
    hits, other_hits = data.draw(st.integers(0, count)), data.draw(st.integers(0, other))
    drawn = hits + other_hits
    exact = sum(
        Fraction(comb(count, each) * comb(other, drawn - each), comb(count + other, drawn))
        for each in range(hits, min(count, drawn) + 1)
        if drawn - each <= other
    )
    assert isclose(more_often(hits, count, other_hits, other), exact, rel_tol=1e-9)


@given(COUNTS, st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100), st.data())
def test_the_binomial_test_is_the_tail_of_its_distribution(count, share, data):
    hits = data.draw(st.integers(0, count))
    exact = sum(
        comb(count, each) * share**each * (1 - share) ** (count - each)
        for each in range(hits, count + 1)
    )
    assert isclose(above_share(hits, count, float(share)), float(exact), rel_tol=1e-7)


def test_fishers_own_tea():
    """The lady who named three of four cups: 17 of 70 (The Design of Experiments, chapter 2)."""
    assert isclose(more_often(3, 4, 1, 4), 17 / 70)


@pytest.mark.parametrize(("hits", "share", "chance"), [(0, 0.1, 1.0), (3, 1.0, 1.0), (3, 0.0, 0.0)])
def test_what_needs_no_sum(hits, share, chance):
    assert above_share(hits, 10, share) == chance


def test_large_counts_are_neither_slow_nor_out_of_range():
    assert more_often(50_000, 100_000, 500_000, 10_000_000) == 0.0
    assert more_often(1000, 100_000, 100_000, 10_000_000) == pytest.approx(0.5, abs=0.02)
    assert above_share(1000, 100_000, 0.01) == pytest.approx(0.5, abs=0.02)


def test_the_rank_sum_test_as_in_a_textbook():
    """Hollander and Wolfe, Nonparametric Statistical Methods, example 4.1: W = 30, p = 0.127."""
    term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    assert larger(term, early) == pytest.approx(0.127, abs=0.01)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=50))
def test_a_sample_is_not_larger_than_itself_and_larger_than_one_far_below(values):
    assert larger(values, values) >= 0.5
    if len(values) > 9:
        assert larger([each + 100 for each in values], values) < 0.001
        assert larger(values, [each + 100 for each in values]) > 0.999


def test_values_that_are_all_one_say_nothing():
    assert larger([1.0] * 30, [1.0] * 30) == 1.0
