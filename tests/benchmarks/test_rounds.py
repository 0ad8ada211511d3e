"""Both sides take turns, and one disturbed round moves no figure."""

import math

import pytest

from benchmarks.rounds import Round, alternate, median_ratio, percentile, spread


def test_the_sides_take_turns_and_so_does_the_beginning():
    order = []
    sides = [lambda side=side: order.append(side) or side for side in ("a", "b")]
    assert alternate(3, *sides) == [("a", "b")] * 3
    assert order == ["a", "b", "b", "a", "a", "b"]


def test_a_disturbed_round_does_not_move_the_ratio():
    rounds = [Round(11, 10), Round(12, 10), Round(500, 10), Round(11.5, 10), Round(1, 10)]
    assert median_ratio(rounds) == 1.15


def test_the_ratio_is_of_each_round_not_of_the_medians():
    # The machine slowed down by half between the rounds: both sides alike.
    assert median_ratio([Round(10, 10), Round(22, 20), Round(40, 40)]) == 1.0


def test_a_round_without_a_second_side_is_no_figure():
    assert math.isnan(Round(1, 0).ratio)


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 3), (0.8, 4), (0.81, 5), (1, 5)])
def test_percentiles_are_values_that_were_measured(share, value):
    assert percentile([5, 1, 4, 2, 3], share) == value


def test_the_spread_shows_both_ends():
    assert spread([1.234, 0.5, 2]) == "0.50..2.00"
